/* image_search.c: tests the search by name against a real server. */
#include "config.h"

#include "lib/model/image_search.h"

#include "lib/base/pool.h"
#include "lib/base/text.h"
#include "lib/db/db.h"
#include "lib/model/user.h"
#include "tests/lib/db_client.h"
#include "tests/lib/mariadb.h"
#include "tests/unit/test.h"

enum { MAX_FOUND = 101 };

/* Images `first` to `last` of the built-in user, the last the newest, named by
   this expression of `seq`. */
static void add_images(struct db_client *client, const char *kind, int first,
		       int last, const char *name)
{
	db_client_script(
		client,
		pool_printf(client->work.pool,
			    "INSERT INTO images (id, user_id, kind, name,"
			    " status, created_at) SELECT UNHEX(CONCAT("
			    "LPAD(HEX(seq), 12, '0'), '70008000000000000000')),"
			    " X'01900000000070008000000000000010', '%s', %s,"
			    " 'ready', UTC_TIMESTAMP(6) FROM seq_%d_to_%d",
			    kind, name, first, last));
}

static struct uuid id_of(int n)
{
	struct uuid id = { { [4] = (uint8_t)(n >> 8),
			     [5] = (uint8_t)n,
			     [6] = 0x70,
			     [8] = 0x80 } };

	return id;
}

static void index_all(struct db_client *client)
{
	size_t count;

	do {
		db_client_must(client,
			       image_search_index(&count, &client->work));
	} while (count);
	assert_int_equal(db_client_number(client,
					  "SELECT COUNT(*) FROM images"
					  " WHERE name_indexed = FALSE"),
			 0);
}

static size_t find(struct image **images, struct uuid *next,
		   struct db_client *client, const char *name)
{
	const struct image_filter filter = { .user_id = user_anonymous,
					     .name = name,
					     .limit = MAX_FOUND };
	size_t count;

	db_client_must(client, image_search(images, &count, next, &client->work,
					    &filter));
	return count;
}

/* The ids that a search has to find: those that the names alone tell. */
static const char *ids_by_like(struct db_client *client, const char *text)
{
	const char *ids;

	db_client_must(
		client,
		db_one(&client->work,
		       "SELECT COALESCE(GROUP_CONCAT(HEX(id) ORDER BY id DESC),"
		       " '') FROM images WHERE name LIKE ?",
		       DB_IN(db_text(db_containing(client->work.pool, text))),
		       DB_OUT(db_text_to(&ids))));
	return ids;
}

static void check_found(struct db_client *client, const char *text)
{
	const char *ids = "";
	struct image *images;
	struct uuid next;
	const size_t count = find(&images, &next, client, text);

	for (size_t i = 0; i < count; i++) {
		char hex[UUID_HEX_SIZE];

		text_hex(hex, images[i].id.bytes, sizeof(images[i].id.bytes));
		ids = pool_printf(client->work.pool, "%s%s%s", ids,
				  i ? "," : "", hex);
	}
	assert_true(uuid_is_nil(next));
	assert_string_equal(
		text_lower(client->work.pool, ids_by_like(client, text)), ids);
}

static void finds_what_names_contain(void **state)
{
	static const char *const names[] = {
		"puffin.jpg",
		"PUFFIN AT SEA.JPG",
		"Papageitaucher",
		"p",
		"pu",
		"\303\211clair.jpg",
		"eclair",
		"ECLAIR",
		"e\314\201clair",
		"Stra\303\237e 7",
		"Strasse 7",
		"100% sure",
		"100 sure",
		"a_b.jpg",
		"a\\b.jpg",
		"aaaaaaaaaaaa",
		"\346\265\267\351\270\232\343\201\256\345\206\231\347\234\237",
		"\360\237\220\246\360\237\220\247\360\237\220\246.png",
		"\360\237\230\200\360\237\230\201\360\237\230\202",
		"two  spaces   and three",
		"ends in spaces   ",
		"\320\237\321\203\321\204\321\204\320\270\320\275",
	};
	static const char *const texts[] = {
		"p",
		"pu",
		"puf",
		"PUFF",
		"puffin",
		"puffin.",
		"puffin.jpg",
		"ffin at sea.jpg",
		"fin at",
		"eclair",
		"\303\251clair",
		"ecla",
		"stra\303\237e",
		"strasse",
		"asse 7",
		"a\303\237e",
		"ss",
		"100%",
		"0% sure",
		"%",
		"_",
		"a_b",
		"\\",
		"a\\b",
		"aaa",
		"aaaaaa",
		"aaaaaaaaaaaaa",
		"\351\270\232\343\201\256\345\206\231",
		"\351\270\232",
		"\360\237\220\247\360\237\220\246",
		"\360\237\220\247\360\237\220\246.",
		"\360\237\230\201",
		"\360\237\230\200\360\237\230\201\360\237\230\202",
		"  ",
		"   ",
		"ces   ",
		"s   and",
		"\320\243\320\244\320\244",
		"\321\203\321\204\321\204\320\270\320\275",
		"nothing",
		"xyz",
		"e\314\201c",
		"e\314\201clai",
	};
	struct db_client *client = *state;

	EACH_ROW(i, names)
		db_client_must(
			client,
			image_add(&client->work,
				  &(struct image){ .id = id_of((int)i + 1),
						   .user_id = user_anonymous,
						   .name = names[i],
						   .status = IMAGE_READY,
						   .created_at = 1 }));
	EACH_ROW(i, texts)
		check_found(client, texts[i]);
	index_all(client);
	EACH_ROW(i, texts)
		check_found(client, texts[i]);
}

static void finds_new_names_only(void **state)
{
	struct db_client *client = *state;
	struct image *images;
	struct uuid next;

	add_images(client, "upload", 1, 3, "CONCAT('puffin ', seq)");
	index_all(client);
	db_client_must(client,
		       image_set_name(&client->work, id_of(2), "puffins"));
	db_client_must(client, image_replace_name(&client->work, id_of(3),
						  "puffin 3", "guillemot"));
	for (int i = 0; i < 2; i++) {
		assert_int_equal(find(&images, &next, client, "puffin"), 2);
		assert_true(uuid_equal(images[0].id, id_of(2)));
		assert_true(uuid_equal(images[1].id, id_of(1)));
		assert_int_equal(find(&images, &next, client, "guille"), 1);
		assert_int_equal(find(&images, &next, client, "puffin 2"), 0);
		index_all(client);
	}
	assert_int_equal(db_client_number(client,
					  "SELECT COUNT(*) FROM image_ngrams"
					  " WHERE ngram = 'puff'"),
			 2);
}

/* The index keeps their names until a worker removes them: more than one
   statement may remove, here. */
static void finds_no_removed_images(void **state)
{
	static const char *const left =
		"SELECT (SELECT COUNT(*) FROM image_ngrams)"
		" + (SELECT COUNT(*) FROM removed_images)";
	struct db_client *client = *state;
	int64_t bytes, variant_bytes;
	struct image *images;
	struct uuid next;

	add_images(client, "upload", 1, 40, "CONCAT('puffin', SHA2(seq, 512))");
	add_images(client, "resize", 41, 41, "'puffin'");
	index_all(client);
	for (int i = 1; i <= 41; i++)
		if (i != 7)
			db_client_must(client,
				       image_drop(&bytes, &variant_bytes,
						  &client->work, id_of(i)));
	for (int i = 0; i < 2; i++) {
		assert_int_equal(find(&images, &next, client, "puffin"), 1);
		assert_true(uuid_equal(images[0].id, id_of(7)));
		index_all(client);
	}
	db_client_must(client, image_drop(&bytes, &variant_bytes, &client->work,
					  id_of(7)));
	assert_true(db_client_number(client, left) > 1);
	index_all(client);
	assert_int_equal(db_client_number(client, left), 0);
}

/* The longest name that there is, and resizes, which no search finds. */
static void indexes_uploads(void **state)
{
	struct db_client *client = *state;
	struct image *images;
	struct uuid next;

	add_images(client, "upload", 1, 9,
		   "CONCAT(REPEAT('\303\251', 252), 'end')");
	add_images(client, "resize", 10, 12, "'end'");
	assert_int_equal(find(&images, &next, client, "eeeend"), 9);
	index_all(client);
	assert_int_equal(find(&images, &next, client, "eeeend"), 9);
	assert_int_equal(find(&images, &next, client, "end"), 9);
	assert_int_equal(
		db_client_number(client, "SELECT COUNT(*) FROM image_ngrams"),
		9 * 6);
}

/* Many names have all n-grams of the text, but not the text. */
static void continues_after_its_limit(void **state)
{
	const int last = 2000;
	struct image_filter filter = { .user_id = user_anonymous,
				       .name = "xabcdy",
				       .limit = 2 };
	struct db_client *client = *state;
	struct image *images;
	struct uuid next;
	size_t count, found = 0;
	int searches = 0;

	add_images(client, "upload", 1, 1, "'xabcdy'");
	add_images(client, "upload", 2, last, "'xabc abcd bcdy'");
	do {
		db_client_must(client, image_search(&images, &count, &next,
						    &client->work, &filter));
		assert_true(!count || uuid_equal(images[0].id, id_of(1)));
		found += count;
		filter.before = next;
		/* A part of the table's rows, and a part of the others. */
		if (!searches++)
			db_client_script(client,
					 "UPDATE images SET name_indexed = TRUE"
					 " WHERE id >= X'000000000600'");
	} while (!uuid_is_nil(next));
	assert_int_equal(found, 1);
	assert_in_range(searches, 2, 3);
}

static void reads_few_rows(void **state)
{
	static const struct {
		const char *name;
		enum image_status status;
		size_t count;
		int64_t max;
	} cases[] = {
		{ "puffin", 0, 3, 100 },
		{ "uff", 0, 3, 100 },
		{ "img_0", 0, 101, 1000 },
		{ "img_019999", 0, 1, 6000 },
		{ "jp", 0, 101, 1000 },
		{ "nothing", 0, 0, 100 },
		{ "z", 0, 0, 2500 },
		{ "IMG_0100", IMAGE_FAILED, 1, 6000 },
	};
	struct db_client *client = *state;

	add_images(client, "resize", 1, 10000, "'puffin'");
	add_images(client, "upload", 10001, 30000,
		   "IF(seq % 7000 = 0, 'puffin',"
		   " CONCAT('IMG_', LPAD(seq, 6, 0), '.jpg'))");
	db_client_script(client, "UPDATE images SET status = 'failed'"
				 " WHERE name = 'IMG_010001.jpg'");
	index_all(client);
	EACH_ROW(i, cases) {
		const struct image_filter filter = {
			.user_id = user_anonymous,
			.name = cases[i].name,
			.status = cases[i].status,
			.limit = MAX_FOUND,
		};
		struct image *images;
		struct uuid next;
		size_t count;

		db_client_rows_read(client);
		db_client_must(client, image_search(&images, &count, &next,
						    &client->work, &filter));
		assert_in_range(db_client_rows_read(client), 0, cases[i].max);
		assert_int_equal(count, cases[i].count);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DB_CLIENT_SCHEMA_TEST(finds_what_names_contain),
		DB_CLIENT_SCHEMA_TEST(finds_new_names_only),
		DB_CLIENT_SCHEMA_TEST(finds_no_removed_images),
		DB_CLIENT_SCHEMA_TEST(indexes_uploads),
		DB_CLIENT_SCHEMA_TEST(continues_after_its_limit),
		DB_CLIENT_SCHEMA_TEST(reads_few_rows),
	};

	if (!mariadb_begin())
		return 0;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
