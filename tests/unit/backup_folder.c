/* backup_folder.c: tests the lists of a backup. */
#include "config.h"

#include "lib/service/backup_folder.h"

#include <unistd.h>

#include "lib/base/pool.h"
#include "tests/lib/text_file.h"
#include "tests/unit/test.h"

#define SUM   "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define IMAGE "01900000000070008000000000000001"

static int set_up(void **state)
{
	struct work *work = calloc(1, sizeof(*work));

	work->pool = pool_new();
	*state = work;
	return 0;
}

static int clear_up(void **state)
{
	struct work *work = *state;

	pool_free(work->pool);
	free(work);
	return 0;
}

/* A list from elsewhere names no file outside of the folder. */
static void test_refuses_paths_that_lead_out(void **state)
{
	static const struct {
		const char *line, *path; /* NULL: refused */
	} cases[] = {
		{ SUM "  database.sql\n", "database.sql" },
		{ SUM "  objects/01/" IMAGE ".h200.webp\n",
		  "objects/01/" IMAGE ".h200.webp" },
		{ SUM "  objects/01/" IMAGE ".100x100-exact\n",
		  "objects/01/" IMAGE ".100x100-exact" },
		{ SUM "  /etc/passwd\n", NULL },
		{ SUM "  ../keys\n", NULL },
		{ SUM "  objects/../../keys\n", NULL },
		{ SUM "  objects/..\n", NULL },
		{ SUM "  a file\n", NULL },
		{ SUM "  a\x1b[2J\n", NULL },
		{ SUM "  \n", NULL },
		{ SUM "  deleted", NULL },
		{ SUM " deleted\n", NULL },
		{ SUM " *deleted\n", NULL },
		{ "e3b0  deleted\n", NULL },
		{ "E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852"
		  "B855  deleted\n",
		  NULL },
		{ "\n", NULL },
	};
	struct work *work = *state;
	struct backup_entry entry;
	bool end;

	EACH_ROW(i, cases) {
		FILE *file = text_file(cases[i].line);
		bool read = backup_entry_read(&entry, &end, work, file);

		assert_false(end);
		assert_int_equal(read, cases[i].path != NULL);
		if (read) {
			assert_string_equal(entry.path, cases[i].path);
			assert_string_equal(entry.sha256, SUM);
			assert_false(
				backup_entry_read(&entry, &end, work, file));
			assert_true(end);
		} else {
			assert_int_equal(work->err, ERR_CONFLICT);
		}
		fclose(file);
	}
}

static void test_order(void **state)
{
	/* The shard, which is the last byte of the image, does not count. */
	static const char *const sorted[] = {
		"objects/02/0190000000007000800000000000ff02.original",
		"objects/01/0190000000007000800000000001ff01.original",
		"objects/02/0190000000007000800000000000ff02.h200",
		"objects/02/0190000000007000800000000000ff02.h200.webp",
		"objects/02/0190000000007000800000000000ff02.h400",
		"objects/01/0190000000007000800000000001ff01.h200",
		"database.sql",
		"deleted",
	};

	(void)state;
	EACH_ROW(i, sorted)
		EACH_ROW(k, sorted) {
			struct backup_entry a, b;
			const int expected = (i > k) - (i < k);
			int order;

			strcpy(a.path, sorted[i]);
			strcpy(b.path, sorted[k]);
			order = backup_entry_compare(&a, &b);
			assert_int_equal((order > 0) - (order < 0), expected);
		}
}

static const char *new_folder(struct work *work)
{
	char *dir = pool_strdup(work->pool, "/tmp/px-backup-XXXXXX");

	assert_non_null(mkdtemp(dir));
	return dir;
}

static void test_summary(void **state)
{
	struct work *work = *state;
	const char *dir = new_folder(work);
	const char *manifest = pool_printf(work->pool, "%s/SHA256SUMS", dir);
	const struct backup_summary made = { .schema = 15,
					     .images = 2,
					     .files = 6,
					     .bytes = 1LL << 40,
					     .keys = true,
					     .started_at =
						     "2026-11-28T01:02:03Z",
					     .manifest = SUM };
	struct backup_summary read;
	FILE *file = fopen(manifest, "w");

	assert_non_null(file);
	assert_true(backup_folder_end(work, dir, &made));
	assert_true(backup_folder_open(&read, work, dir));
	assert_int_equal(read.schema, made.schema);
	assert_int_equal(read.images, made.images);
	assert_int_equal(read.files, made.files);
	assert_int_equal(read.bytes, made.bytes);
	assert_true(read.keys);
	assert_string_equal(read.started_at, made.started_at);

	fputs("x", file);
	fclose(file);
	assert_false(backup_folder_open(&read, work, dir));
	assert_int_equal(work->err, ERR_CONFLICT);
	assert_non_null(strstr(work->why, "SHA256SUMS is damaged"));
	unlink(manifest);
	unlink(pool_printf(work->pool, "%s/backup.json", dir));
	assert_false(backup_folder_open(&read, work, dir));
	assert_int_equal(work->err, ERR_NOT_FOUND);
	assert_int_equal(rmdir(dir), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_refuses_paths_that_lead_out, set_up, clear_up),
		cmocka_unit_test(test_order),
		cmocka_unit_test_setup_teardown(test_summary, set_up, clear_up),
	};

	return RUN_TESTS(tests);
}
