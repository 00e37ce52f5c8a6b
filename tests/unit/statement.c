/* statement.c: tests what goes into the database and comes out. */
#include "config.h"

#include "lib/db/statement.h"

#include "lib/base/pool.h"
#include "lib/db/db.h"
#include "tests/lib/db_client.h"
#include "tests/lib/mariadb.h"
#include "tests/unit/test.h"

struct all {
	const char *text;
	int64_t number, time;
	bool yes;
	struct uuid uuid;
	uint8_t sum[32];
};

static bool write_all(struct work *work, const struct all *all, bool nulls)
{
	return db_do(work, NULL, "DELETE FROM v", DB_NO_IN) &&
	       db_do(work, NULL,
		     "INSERT INTO v (t, n, at, b, u, s)"
		     " VALUES (?, ?, ?, ?, ?, ?)",
		     DB_IN(db_text(all->text),
			   nulls ? db_null() : db_int(all->number),
			   db_time(all->time),
			   nulls ? db_null() : db_bool(all->yes),
			   db_uuid(all->uuid),
			   nulls ? db_null()
				 : db_bytes(all->sum, sizeof(all->sum))));
}

static bool read_all(struct all *all, struct work *work)
{
	return db_one(work, "SELECT t, n, at, b, u, s FROM v", DB_NO_IN,
		      DB_OUT(db_text_to(&all->text), db_int_to(&all->number),
			     db_time_to(&all->time), db_bool_to(&all->yes),
			     db_uuid_to(&all->uuid),
			     db_fixed_to(all->sum, sizeof(all->sum))));
}

static void create_values(struct db_client *client)
{
	db_client_script(
		client,
		"CREATE TABLE v (t MEDIUMTEXT, n BIGINT, at DATETIME(6),"
		" b BOOLEAN, u BINARY(16), s VARBINARY(32))");
}

static void test_values(void **state)
{
	static const struct {
		const char *text;
		int64_t number, time;
		bool yes;
		uint8_t byte;
	} cases[] = {
		{ "", 0, 1, false, 1 },
		{ "plain", 1, 1000000, true, 0x7f },
		{ "na\xc3\xafve \xf0\x9f\x90\xbb '\"\\;", -1, 1700000000123456,
		  true, 0xff },
		{ "max", INT64_MAX, 253402300799999999, true, 0x80 },
		{ "min", INT64_MIN, -1, false, 0xc3 },
		{ "old", 5, -62135596800000000 + 1, false, 0x27 },
	};
	struct db_client *client = *state;

	create_values(client);
	EACH_ROW(i, cases) {
		struct all all = { cases[i].text, cases[i].number,
				   cases[i].time, cases[i].yes,
				   uuid_new(),    { 0 } };
		struct all back = { 0 };

		memset(all.sum, cases[i].byte, sizeof(all.sum));
		db_client_must(client, write_all(&client->work, &all, false));
		db_client_must(client, read_all(&back, &client->work));
		assert_string_equal(back.text, all.text);
		assert_int_equal(back.number, all.number);
		assert_int_equal(back.time, all.time);
		assert_int_equal(back.yes, all.yes);
		assert_true(uuid_equal(back.uuid, all.uuid));
		assert_memory_equal(back.sum, all.sum, sizeof(all.sum));
	}
}

static void test_nulls(void **state)
{
	struct db_client *client = *state;
	const struct all none = { 0 };
	struct all back = { "x", 1, 1, true, uuid_new(), { 1, 2, 3 } };

	create_values(client);
	db_client_must(client, write_all(&client->work, &none, true));
	assert_int_equal(
		db_client_number(
			client,
			"SELECT COUNT(*) FROM v WHERE t IS NULL AND n IS"
			" NULL AND at IS NULL AND b IS NULL AND u IS NULL"
			" AND s IS NULL"),
		1);
	db_client_must(client, read_all(&back, &client->work));
	assert_null(back.text);
	assert_int_equal(back.number, 0);
	assert_int_equal(back.time, 0);
	assert_false(back.yes);
	assert_true(uuid_is_nil(back.uuid));
	assert_memory_equal(back.sum, none.sum, sizeof(none.sum));
}

static void test_long_text(void **state)
{
	static const size_t sizes[] = { 1, 255, 256, 65535, 65536, 1 << 20 };
	struct db_client *client = *state;

	create_values(client);
	EACH_ROW(i, sizes) {
		struct all all = { .time = 1 };
		struct all back;
		char *text = pool_alloc(client->work.pool, sizes[i] + 1);

		memset(text, 'a' + (int)i, sizes[i]);
		all.text = text;
		db_client_must(client, write_all(&client->work, &all, false));
		db_client_must(client, read_all(&back, &client->work));
		assert_string_equal(back.text, text);
	}
	db_client_must(client,
		       db_do(&client->work, NULL,
			     "UPDATE v SET t = CONCAT(t, 'x')", DB_NO_IN));
	assert_false(read_all(&(struct all){ 0 }, &client->work));
	assert_int_equal(client->work.err, ERR_INTERNAL);
}

static void test_other_columns_as_text_and_number(void **state)
{
	struct db_client *client = *state;
	const char *n = NULL, *d = NULL, *t = NULL;
	int64_t sum = 0, word = 0;

	db_client_must(
		client,
		db_one(&client->work,
		       "SELECT 42, CAST(1.50 AS DECIMAL(5,2)),"
		       " CAST('2026-01-02 03:04:05' AS DATETIME),"
		       " (SELECT SUM(id) FROM t), '17'",
		       DB_NO_IN,
		       DB_OUT(db_text_to(&n), db_text_to(&d), db_text_to(&t),
			      db_int_to(&sum), db_int_to(&word))));
	assert_string_equal(n, "42");
	assert_string_equal(d, "1.50");
	assert_string_equal(t, "2026-01-02 03:04:05");
	assert_int_equal(sum, 3);
	assert_int_equal(word, 17);
}

static void test_text_compares_as_its_column(void **state)
{
	struct db_client *client = *state;
	int64_t n = 0;

	db_client_script(
		client,
		"CREATE TABLE names (name VARCHAR(20) CHARACTER SET utf8mb4"
		" COLLATE utf8mb4_unicode_520_ci PRIMARY KEY)");
	db_client_must(client, db_do(&client->work, NULL,
				     "INSERT INTO names VALUES (?)",
				     DB_IN(db_text("Zo\xc3\xab"))));
	db_client_must(client,
		       db_one(&client->work,
			      "SELECT COUNT(*) FROM names WHERE name = ?",
			      DB_IN(db_text("zoe")), DB_OUT(db_int_to(&n))));
	assert_int_equal(n, 1);
	assert_false(db_do(&client->work, NULL, "INSERT INTO names VALUES (?)",
			   DB_IN(db_text("\xff"))));
}

static void test_like_takes_a_text_as_it_is(void **state)
{
	static const struct {
		const char *text;
		int64_t found; /* of a_b, a%b, a\b and axb */
	} cases[] = {
		{ "", 4 },   { "a", 4 },   { "_", 1 },    { "%", 1 },
		{ "\\", 1 }, { "a%b", 1 }, { "a\\b", 1 }, { "a.b", 0 },
		{ "xB", 1 }, { "%%", 0 },
	};
	struct db_client *client = *state;

	db_client_script(client,
			 "CREATE TABLE names (name VARCHAR(20) PRIMARY KEY)");
	db_client_script(client, "INSERT INTO names VALUES ('a_b'), ('a%b'),"
				 " ('a\\\\b'), ('axb')");
	EACH_ROW(i, cases) {
		const char *like =
			db_containing(client->work.pool, cases[i].text);
		int64_t n = -1;

		db_client_must(
			client,
			db_one(&client->work,
			       "SELECT COUNT(*) FROM names WHERE name LIKE ?",
			       DB_IN(db_text(like)), DB_OUT(db_int_to(&n))));
		assert_int_equal(n, cases[i].found);
	}
	assert_null(db_containing(client->work.pool, NULL));
}

static void test_wrong_places(void **state)
{
	struct db_client *client = *state;
	struct work *work = &client->work;
	int64_t n = 7;
	struct uuid uuid;
	uint8_t two[2];

	assert_false(
		db_one(work, "SELECT 1, 2", DB_NO_IN, DB_OUT(db_int_to(&n))));
	assert_int_equal(work->err, ERR_INTERNAL);
	assert_false(db_one(work, "SELECT ?", DB_NO_IN, DB_OUT(db_int_to(&n))));
	assert_int_equal(work->err, ERR_INTERNAL);
	assert_false(db_do(work, NULL, "SELECT 1", DB_NO_IN));
	assert_int_equal(work->err, ERR_INTERNAL);
	assert_false(db_one(work, "SELECT 'abc'", DB_NO_IN,
			    DB_OUT(db_fixed_to(two, sizeof(two)))));
	assert_int_equal(work->err, ERR_INTERNAL);
	assert_false(db_one(work, "SELECT 'abc'", DB_NO_IN,
			    DB_OUT(db_uuid_to(&uuid))));
	assert_int_equal(work->err, ERR_INTERNAL);
	assert_false(
		db_one(work, "SELECT 1, 'abc'", DB_NO_IN,
		       DB_OUT(db_int_to(&n), db_fixed_to(two, sizeof(two)))));
	assert_int_equal(n, 7);
	assert_false(db_one(work, "SELECT id FROM t", DB_NO_IN,
			    DB_OUT(db_int_to(&n))));
	assert_int_equal(work->err, ERR_INTERNAL);
	assert_false(db_one(work, "SELECT 18446744073709551615", DB_NO_IN,
			    DB_OUT(db_int_to(&n))));
	assert_int_equal(work->err, ERR_INTERNAL);
	assert_false(
		db_one(work, "SELECT no SQL", DB_NO_IN, DB_OUT(db_int_to(&n))));
	assert_int_equal(work->err, ERR_INTERNAL);
	assert_int_equal(n, 7);
	assert_int_equal(db_client_number(client, "SELECT COUNT(*) FROM t"), 2);
}

enum colour { RED = 1, BLUE };

static const char *const colour_names[] = { [RED] = "red", [BLUE] = "blue" };

static void test_names(void **state)
{
	static const struct names closed = NAMES_OF(colour_names);
	static const struct names open = { colour_names,
					   ARRAY_LEN(colour_names), true };
	static const struct {
		const char *text;
		bool is_known;
		enum colour colour;
	} cases[] = {
		{ "red", true, RED }, { "blue", true, BLUE },
		{ NULL, true, 0 },    { "Red", false, 0 },
		{ "", false, 0 },     { "redder", false, 0 },
	};
	struct db_client *client = *state;
	struct work *work = &client->work;

	EACH_ROW(i, cases) {
		enum colour colour = BLUE;

		assert_int_equal(db_one(work, "SELECT ?",
					DB_IN(db_text(cases[i].text)),
					DB_OUT(db_name_to(&colour, &closed))),
				 cases[i].is_known);
		assert_int_equal(colour,
				 cases[i].is_known ? cases[i].colour : BLUE);
		assert_true(cases[i].is_known || work->err == ERR_INTERNAL);
		db_client_must(client,
			       db_one(work, "SELECT ?",
				      DB_IN(db_text(cases[i].text)),
				      DB_OUT(db_name_to(&colour, &open))));
		assert_int_equal(colour, cases[i].colour);
		if (!cases[i].is_known)
			continue;
		db_client_must(client,
			       db_one(work, "SELECT ?",
				      DB_IN(db_name(cases[i].colour, &closed)),
				      DB_OUT(db_name_to(&colour, &closed))));
		assert_int_equal(colour, cases[i].colour);
	}
}

/* Strict mode: nothing is cut, rounded away or made zero. */
static void test_strict(void **state)
{
	static const char *const bad[] = {
		"INSERT INTO narrow VALUES ('abcd', 1, NULL)",
		"INSERT INTO narrow VALUES ('a', 300, NULL)",
		"INSERT INTO narrow VALUES ('a', 1, '0000-00-00 00:00:00')",
		"INSERT INTO narrow VALUES ('a', 1 / 0, NULL)",
		"INSERT INTO narrow (a) VALUES ('a')",
	};
	struct db_client *client = *state;

	db_client_script(client, "CREATE TABLE narrow (a VARCHAR(3) NOT NULL,"
				 " b TINYINT NOT NULL, c DATETIME)");
	EACH_ROW(i, bad) {
		assert_false(db_do(&client->work, NULL, bad[i], DB_NO_IN));
		assert_int_equal(client->work.err, ERR_INTERNAL);
	}
	assert_int_equal(
		db_client_number(client, "SELECT COUNT(*) FROM narrow"), 0);
}

/* More statements than the cache has room for, twice. */
static void test_many_statements(void **state)
{
	struct db_client *client = *state;
	char(*sql)[32] = pool_alloc(client->work.pool, 300 * sizeof(*sql));

	for (int turn = 0; turn < 2; turn++) {
		for (int i = 0; i < 300; i++) {
			sprintf(sql[i], "SELECT %d", i);
			assert_int_equal(db_client_number(client, sql[i]), i);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DB_CLIENT_TEST(test_values),
		DB_CLIENT_TEST(test_nulls),
		DB_CLIENT_TEST(test_long_text),
		DB_CLIENT_TEST(test_other_columns_as_text_and_number),
		DB_CLIENT_TEST(test_text_compares_as_its_column),
		DB_CLIENT_TEST(test_like_takes_a_text_as_it_is),
		DB_CLIENT_TEST(test_wrong_places),
		DB_CLIENT_TEST(test_names),
		DB_CLIENT_TEST(test_strict),
		DB_CLIENT_TEST(test_many_statements),
	};

	if (!mariadb_begin())
		return 0;
	return RUN_TESTS(tests);
}
