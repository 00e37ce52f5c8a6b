/* dump.c: tests the dump of tables against a real server. */
#include "config.h"

#include "lib/db/dump.h"

#include "lib/base/pool.h"
#include "lib/db/db.h"
#include "lib/model/snapshot.h"
#include "tests/lib/db_client.h"
#include "tests/lib/mariadb.h"
#include "tests/lib/text_file.h"
#include "tests/unit/test.h"

enum { MAX_DUMP = 1 << 22 };

struct dumping {
	FILE *out;
	const char *table;
	bool (*meanwhile)(void);
};

static bool dump_body(struct work *work, void *arg)
{
	const struct dumping *dumping = arg;

	return (!dumping->meanwhile || dumping->meanwhile()) &&
	       dump_table(work, dumping->out, dumping->table);
}

static FILE *dump(struct db_client *client, const char *table,
		  bool (*meanwhile)(void))
{
	struct dumping dumping = { tmpfile(), table, meanwhile };

	assert_non_null(dumping.out);
	db_client_must(client, db_snapshot(&client->work, dump_body, &dumping));
	rewind(dumping.out);
	return dumping.out;
}

static const char *text_of(struct db_client *client, FILE *file)
{
	char *text = pool_alloc(client->work.pool, MAX_DUMP);

	assert_true(fread(text, 1, MAX_DUMP - 1, file) < MAX_DUMP - 1);
	rewind(file);
	return text;
}

/* A row with each kind of value is the same after it was dumped and loaded. */
static void test_values(void **state)
{
	static const char expected[] =
		"INSERT INTO `odd` (`id`, `n`, `yes`, `at`, `day`, `kind`,"
		" `key`, `bytes`, `name`) VALUES"
		" (1, -9223372036854775808, 1, '2026-11-28 01:02:03.000004',"
		" '2026-11-28', 'b', X'00ff275c', X'000a0d1a275c',"
		" 'it\\'s; \\\\ \\n\\r\\0\\Z \xc5\x81 \xf0\x9f\x90\xa7'),"
		" (2, NULL, NULL, NULL, NULL, NULL, X'00000000', X'', '');\n";
	struct db_client *client = *state;
	FILE *first, *second;

	db_client_script(client,
			 "CREATE TABLE odd (id INT PRIMARY KEY, n BIGINT,"
			 " yes BOOLEAN, at DATETIME(6), day DATE,"
			 " kind ENUM('a', 'b'), `key` BINARY(4),"
			 " bytes MEDIUMBLOB, name TEXT CHARACTER SET utf8mb4)");
	db_client_script(client,
			 "INSERT INTO odd VALUES (2, NULL, NULL, NULL, NULL,"
			 " NULL, '', '', ''), (1, -9223372036854775808, 1,"
			 " '2026-11-28 01:02:03.000004', '2026-11-28', 'b',"
			 " X'00ff275c', X'000a0d1a275c',"
			 " CONVERT(X'697427733b205c200a0d001a20c58120f09f90a7'"
			 " USING utf8mb4))");
	first = dump(client, "odd", NULL);
	assert_string_equal(text_of(client, first), expected);
	db_client_must(client, dump_clear(&client->work, "odd"));
	db_client_must(client, dump_load(&client->work, first));
	second = dump(client, "odd", NULL);
	assert_string_equal(text_of(client, second), expected);
	fclose(first);
	fclose(second);
}

/* A large table is more than one statement, and none is longer than a server
   accepts. */
static void test_long_table(void **state)
{
	struct db_client *client = *state;
	FILE *file;
	const char *text;
	size_t lines = 0;

	db_client_script(client, "DELETE FROM t");
	db_client_script(client, "INSERT INTO t SELECT seq, 1000000 - seq"
				 " FROM seq_1_to_100000");
	file = dump(client, "t", NULL);
	text = text_of(client, file);
	for (const char *at = text; (at = strchr(at, '\n')); at++)
		lines++;
	assert_in_range(lines, 4, 20);
	db_client_must(client, dump_clear(&client->work, "t"));
	db_client_must(client, dump_load(&client->work, file));
	assert_int_equal(db_client_number(client, "SELECT CAST(SUM(id + n)"
						  " AS SIGNED) FROM t"),
			 100000000000);
	fclose(file);
}

static bool insert_meanwhile(void)
{
	struct db_client other;
	bool inserted;

	db_client_init(&other);
	inserted = db_do(&other.work, NULL, "INSERT INTO t VALUES (3, 0)",
			 DB_NO_IN);
	db_client_release(&other);
	return inserted;
}

static void test_snapshot(void **state)
{
	struct db_client *client = *state;
	FILE *file = dump(client, "t", insert_meanwhile);

	assert_string_equal(text_of(client, file),
			    "INSERT INTO `t` (`id`, `n`) VALUES (1, 0),"
			    " (2, 0);\n");
	fclose(file);
	assert_int_equal(db_client_number(client, "SELECT COUNT(*) FROM t"), 3);
}

static bool write_meanwhile(struct work *work, void *arg)
{
	(void)arg;
	return db_do(work, NULL, "INSERT INTO t VALUES (3, 0)", DB_NO_IN);
}

/* The transaction ends with its body, also after a failure. */
static void test_snapshot_only_reads(void **state)
{
	struct db_client *client = *state;

	assert_false(db_snapshot(&client->work, write_meanwhile, NULL));
	assert_int_equal(client->work.err, ERR_INTERNAL);
	db_client_must(client, write_meanwhile(&client->work, NULL));
	assert_int_equal(db_client_number(client, "SELECT COUNT(*) FROM t"), 3);
}

static void test_wrong_lines(void **state)
{
	static const struct {
		const char *text, *why;
	} cases[] = {
		{ "DROP TABLE t;\n", "line 1 of the dump: expected \"INSERT "
				     "INTO ...;\", found \"DROP TABLE t;" },
		{ "INSERT INTO t VALUES (7, 0);\n\n", "line 2 of the dump" },
		{ "INSERT INTO t VALUES (8, 0)", "line 1 of the dump" },
		{ "INSERT INTO t VALUES (9, 0)\n", "line 1 of the dump" },
		{ "INSERT INTO t VALUES (1, 0);\n", "already exists" },
		{ "INSERT INTO none VALUES (1);\n", "none" },
	};
	struct db_client *client = *state;

	EACH_ROW(i, cases) {
		FILE *file = text_file(cases[i].text);

		assert_false(dump_load(&client->work, file));
		assert_non_null(strstr(client->work.why, cases[i].why));
		fclose(file);
	}
	assert_int_equal(db_client_number(client, "SELECT COUNT(*) FROM t"), 3);
}

static bool add_name(struct work *work, void *arg)
{
	const char *const *name = arg;
	bool known = false;

	(void)work;
	for (size_t i = 0; i < snapshot_table_count; i++)
		known |= !strcmp(snapshot_tables[i], *name);
	for (size_t i = 0; i < snapshot_process_table_count; i++)
		known |= !strcmp(snapshot_process_tables[i], *name);
	if (!known)
		print_error("snapshot.c does not know the table %s\n", *name);
	return known;
}

/* A backup has every table of the schema, and a table follows those that it
   refers to. */
static void test_tables(void **state)
{
	struct db_client *client = *state;
	const char *name;

	db_client_must(client, db_each(&client->work,
				       "SELECT table_name FROM"
				       " information_schema.tables"
				       " WHERE table_schema = DATABASE()",
				       DB_NO_IN, DB_OUT(db_text_to(&name)),
				       add_name, &name));
	for (size_t i = snapshot_table_count; i--;)
		db_client_must(client,
			       dump_drop(&client->work, snapshot_tables[i]));
	for (size_t i = 0; i < snapshot_process_table_count; i++)
		db_client_must(client, dump_drop(&client->work,
						 snapshot_process_tables[i]));
	assert_int_equal(db_client_number(client,
					  "SELECT COUNT(*) FROM"
					  " information_schema.tables"
					  " WHERE table_schema = DATABASE()"),
			 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DB_CLIENT_TEST(test_values),
		DB_CLIENT_TEST(test_long_table),
		DB_CLIENT_TEST(test_snapshot),
		DB_CLIENT_TEST(test_snapshot_only_reads),
		DB_CLIENT_TEST(test_wrong_lines),
		DB_CLIENT_SCHEMA_TEST(test_tables),
	};

	return mariadb_begin() ? RUN_TESTS(tests) : 0;
}
