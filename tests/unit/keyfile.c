/* keyfile.c: tests how the file of the keys is read and replaced. */
#include "config.h"

#include "lib/service/keyfile.h"

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/conf.h"
#include "lib/base/pool.h"
#include "tests/unit/test.h"

#define SECRET                                                                 \
	"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static struct conf conf;
static char folder[64], path[96];

static struct work start(void)
{
	struct work work = { .conf = &conf, .pool = pool_new() };

	conf_init(&conf);
	conf.user = "";
	return work;
}

static int make_folder(void **state)
{
	(void)state;
	strcpy(folder, "/tmp/pixtier-keyfile.XXXXXX");
	if (!mkdtemp(folder))
		return -1;
	snprintf(path, sizeof(path), "%s/keys", folder);
	return 0;
}

static int remove_folder(void **state)
{
	(void)state;
	unlink(path);
	return rmdir(folder);
}

static void write_file(const void *bytes, size_t len)
{
	FILE *out = fopen(path, "w");

	assert_non_null(out);
	assert_int_equal(fwrite(bytes, 1, len, out), len);
	fclose(out);
}

static struct buf *lines(struct pool *pool, unsigned count)
{
	struct buf *text = buf_new(pool, 1 << 20);

	for (unsigned i = 1; i <= count; i++)
		assert_true(
			buf_printf(text, "%u 1700000000 0 %s\n", i, SECRET));
	return text;
}

static void has_at_most_64_keys(void **state)
{
	struct work work = start();
	struct buf *most = lines(work.pool, KEYRING_MAX);
	struct buf *more = lines(work.pool, KEYRING_MAX + 1);
	struct keys keys;

	(void)state;
	write_file(most->data, most->len);
	assert_true(keyfile_read(&keys, &work, path));
	assert_int_equal(keys.count, KEYRING_MAX);
	assert_int_equal(keys.list[KEYRING_MAX - 1].id, KEYRING_MAX);
	write_file(more->data, more->len);
	assert_false(keyfile_read(&keys, &work, path));
	assert_string_equal(work.why, "keys_file: more than 64 keys");
	pool_free(work.pool);
}

static void reads_nothing_but_text(void **state)
{
	struct work work = start();
	char *large = pool_alloc(work.pool, 1 << 20);
	struct keys keys;

	(void)state;
	write_file("# \0\n", 4);
	assert_false(keyfile_read(&keys, &work, path));
	assert_non_null(strstr(work.why, "not a text of less than"));
	memset(large, '#', 1 << 20);
	write_file(large, 1 << 20);
	assert_false(keyfile_read(&keys, &work, path));
	assert_non_null(strstr(work.why, "not a text of less than"));
	assert_false(keyfile_read(&keys, &work, folder));
	assert_non_null(strstr(work.why, "cannot read"));
	pool_free(work.pool);
}

/* Keys are for the owner, at most also for a group that may read them. */
static void what_is_replaced_stays_secret(void **state)
{
	struct work work = start();
	struct buf *text = lines(work.pool, 1);
	struct keys keys, again;
	struct stat file;
	int lock;

	(void)state;
	write_file(text->data, text->len);
	assert_int_equal(chmod(path, 0644), 0);
	assert_true(keyfile_read(&keys, &work, path));
	assert_true(keyfile_lock(&lock, &work, path));
	assert_true(keyfile_replace(&work, path, lock, &keys));
	close(lock);
	assert_true(keyfile_read(&again, &work, path));
	assert_int_equal(again.count, 1);
	assert_memory_equal(again.list[0].secret, keys.list[0].secret,
			    KEY_SIZE);
	assert_int_equal(stat(path, &file), 0);
	assert_int_equal(file.st_mode & 0777, 0640);
	pool_free(work.pool);
}

/* Replaces the file by one without keys, and returns its owner. */
static struct stat replace_keys(struct work *work)
{
	const struct keys none = { 0 };
	struct stat file;
	int lock;

	assert_true(keyfile_lock(&lock, work, path));
	assert_true(keyfile_replace(work, path, lock, &none));
	close(lock);
	assert_int_equal(stat(path, &file), 0);
	return file;
}

/* A row: who has the old file, with which permissions, and who gets the new one
   when root writes it. 0 is root, 1 the account of the service. */
/* clang-format off */
static const struct {
	bool existed;
	int uid, gid;
	unsigned mode;
	int new_uid, new_gid;
} owners[] = {
	{ false, 0, 0, 0,    1, 1 },
	{ true,  0, 0, 0600, 1, 1 },
	{ true,  0, 1, 0600, 1, 1 },
	{ true,  0, 1, 0640, 0, 1 },
	{ true,  1, 0, 0600, 1, 0 },
};
/* clang-format on */

static void root_writes_keys_for_the_service(void **state)
{
	const struct passwd *nobody = getpwnam("nobody");
	struct work work = start();
	struct stat file;

	(void)state;
	if (geteuid() || !nobody)
		skip();
	conf.user = "nobody";
	EACH_ROW(i, owners) {
		unlink(path);
		if (owners[i].existed) {
			write_file("", 0);
			assert_int_equal(chown(path,
					       owners[i].uid * nobody->pw_uid,
					       owners[i].gid * nobody->pw_gid),
					 0);
			assert_int_equal(chmod(path, owners[i].mode), 0);
		}
		file = replace_keys(&work);
		assert_int_equal(file.st_uid,
				 owners[i].new_uid * nobody->pw_uid);
		assert_int_equal(file.st_gid,
				 owners[i].new_gid * nobody->pw_gid);
	}
	pool_free(work.pool);
}

/* Without the setting user, as with systemd's User=. */
static void root_writes_keys_for_the_owner_of_the_store(void **state)
{
	const struct passwd *nobody = getpwnam("nobody");
	struct work work = start();
	struct stat file;

	(void)state;
	if (geteuid() || !nobody)
		skip();
	conf.store_dir = folder;
	assert_int_equal(chown(folder, nobody->pw_uid, nobody->pw_gid), 0);
	file = replace_keys(&work);
	assert_int_equal(file.st_uid, nobody->pw_uid);
	pool_free(work.pool);
}

static void a_folder_that_is_not_there_is_named(void **state)
{
	struct work work = start();
	const struct keys none = { 0 };
	int lock;

	(void)state;
	assert_false(keyfile_lock(&lock, &work, "/nonexistent/keys"));
	assert_non_null(strstr(work.why, "cannot lock the folder /nonexi"));
	assert_false(keyfile_replace(&work, "/nonexistent/keys", -1, &none));
	assert_non_null(strstr(work.why, "cannot write /nonexistent/keys.new"));
	pool_free(work.pool);
}

/* A folder in the file's place is left there, and nothing beside it. */
static void what_cannot_be_replaced_stays(void **state)
{
	struct work work = start();
	const struct keys none = { 0 };
	int lock;

	(void)state;
	assert_int_equal(mkdir(path, 0700), 0);
	assert_true(keyfile_lock(&lock, &work, path));
	assert_false(keyfile_replace(&work, path, lock, &none));
	close(lock);
	assert_non_null(strstr(work.why, "cannot replace"));
	assert_int_equal(rmdir(path), 0);
	pool_free(work.pool);
}

#define FOLDER_TEST(function)                                                  \
	cmocka_unit_test_setup_teardown(function, make_folder, remove_folder)

int main(void)
{
	const struct CMUnitTest tests[] = {
		FOLDER_TEST(has_at_most_64_keys),
		FOLDER_TEST(reads_nothing_but_text),
		FOLDER_TEST(what_is_replaced_stays_secret),
		FOLDER_TEST(root_writes_keys_for_the_service),
		FOLDER_TEST(root_writes_keys_for_the_owner_of_the_store),
		FOLDER_TEST(a_folder_that_is_not_there_is_named),
		FOLDER_TEST(what_cannot_be_replaced_stays),
	};

	return RUN_TESTS(tests);
}
