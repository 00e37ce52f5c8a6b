/* store.c: files under keys, whole or not at all. */
#include "config.h"

#include "lib/store/store.h"

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/account.h"
#include "lib/base/conf.h"
#include "lib/base/pool.h"
#include "lib/base/text.h"
#include "tests/unit/test.h"

struct ground {
	struct conf conf;
	struct work work;
	struct store store;
	char dir[32];
};

static void set_up(struct ground *g)
{
	*g = (struct ground){ .dir = "/tmp/pixtier-store.XXXXXX" };
	assert_non_null(mkdtemp(g->dir));
	conf_init(&g->conf);
	g->conf.store_dir = g->dir;
	g->conf.store_reserve = 0;
	g->work.conf = &g->conf;
	g->work.pool = pool_new();
	assert_true(store_open(&g->store, &g->work));
}

static void tear_down(struct ground *g)
{
	char command[64];

	pool_free(g->work.pool);
	snprintf(command, sizeof(command), "rm -rf %s", g->dir);
	assert_int_equal(system(command), 0);
}

static const char *put(struct ground *g, struct uuid id, const char *text)
{
	struct store_temp *temp;
	const char *key = store_key(g->work.pool, id, "h200");

	assert_true(store_temp_new(&temp, &g->work));
	assert_true(store_temp_write(temp, &g->work, text, strlen(text)));
	store_temp_end(temp);
	assert_true(store_keep(&g->work, &(struct store_file){ temp, key }, 1));
	assert_true(temp->kept);
	return key;
}

static void gets_what_was_put(void **state)
{
	struct ground g;
	struct uuid id = uuid_new();
	const char *key;
	char text[8] = "";
	int fd;

	(void)state;
	set_up(&g);
	put(&g, id, "one");
	key = put(&g, id, "two");
	assert_true(store_get(&fd, &g.work, key));
	assert_int_equal(read(fd, text, sizeof(text)), 3);
	assert_string_equal(text, "two");
	assert_true(store_drop(&g.work, key));
	assert_true(store_drop(&g.work, key));
	assert_false(store_get(&fd, &g.work, key));
	assert_int_equal(g.work.err, ERR_NOT_FOUND);
	tear_down(&g);
}

/* The group of the web server need not be one of the account's. */
static bool keeps_for_group(struct work *work, void *ground)
{
	struct ground *g = ground;
	char path[128];
	struct stat st;
	const char *key;

	if (!store_open(&g->store, work))
		return false;
	key = put(g, uuid_new(), "one");
	snprintf(path, sizeof(path), "%s/objects/%.2s/%s", g->dir,
		 key + UUID_HEX_SIZE - 3, key);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_gid, g->store.group);
	assert_int_equal(st.st_mode & 07777, 0640);
	return true;
}

/* clang-format off */
static const struct {
	const char *path;
	unsigned mode;
} group_folders[] = {
	{ "",           02710 },
	{ "/objects",    02750 },
	{ "/objects/ff", 02750 },
	{ "/tmp",        02700 },
};
/* clang-format on */

static void lets_the_group_read(void **state)
{
	struct ground g;
	char path[64];
	struct stat st;

	(void)state;
	if (geteuid() || !getpwnam("nobody") || !getgrnam("daemon"))
		skip();
	set_up(&g);
	g.conf.user = "nobody";
	g.conf.store_group = "daemon";
	snprintf(path, sizeof(path), "chown -R nobody:nogroup %s", g.dir);
	assert_int_equal(system(path), 0);
	umask(022);
	assert_true(account_run(&g.work, keeps_for_group, &g));
	assert_int_equal(geteuid(), 0);
	EACH_ROW(i, group_folders) {
		snprintf(path, sizeof(path), "%s%s", g.dir,
			 group_folders[i].path);
		assert_int_equal(stat(path, &st), 0);
		assert_int_equal(st.st_gid, g.store.group);
		assert_int_equal(st.st_mode & 07777, group_folders[i].mode);
	}
	tear_down(&g);
}

/* As the account of the service, which is no member of the group. */
static void says_what_the_group_needs(void **state)
{
	struct ground g;
	int status;
	pid_t pid;

	(void)state;
	if (geteuid() || !getpwnam("nobody"))
		skip();
	set_up(&g);
	g.conf.store_group = "daemon";
	assert_int_equal(chown(g.dir, getpwnam("nobody")->pw_uid, 0), 0);
	pid = fork();
	if (!pid) {
		if (setgroups(0, NULL) || setuid(getpwnam("nobody")->pw_uid))
			_exit(2);
		_exit(store_open(&g.store, &g.work) ||
		      !strstr(g.work.why, "store_group: cannot give"));
	}
	waitpid(pid, &status, 0);
	assert_int_equal(status, 0);
	tear_down(&g);
}

static void sums_what_was_written(void **state)
{
	struct ground g;
	struct store_temp *temp;
	char hex[65];

	(void)state;
	set_up(&g);
	assert_true(store_temp_new(&temp, &g.work));
	assert_true(store_temp_write(temp, &g.work, "ab", 2));
	assert_true(store_temp_write(temp, &g.work, "c", 1));
	store_temp_end(temp);
	assert_int_equal(temp->bytes, 3);
	text_hex(hex, temp->sha256, sizeof(temp->sha256));
	assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223"
				 "b00361a396177a9cb410ff61f20015ad");
	tear_down(&g);
}

static void cuts_what_was_written(void **state)
{
	struct ground g;
	struct store_temp *cut, *same;
	struct stat st;

	(void)state;
	set_up(&g);
	assert_true(store_temp_new(&cut, &g.work));
	assert_true(store_temp_new(&same, &g.work));
	for (int i = 0; i < 30000; i++)
		assert_true(store_temp_write(cut, &g.work, "0123456789", 10));
	for (int i = 0; i < 2000; i++)
		assert_true(store_temp_write(same, &g.work, "0123456789", 10));
	store_temp_end(cut);
	store_temp_end(same);
	assert_memory_not_equal(cut->sha256, same->sha256, 32);
	assert_true(store_temp_cut(cut, &g.work, 20000));
	assert_int_equal(cut->bytes, 20000);
	assert_int_equal(fstat(cut->fd, &st), 0);
	assert_int_equal(st.st_size, 20000);
	assert_memory_equal(cut->sha256, same->sha256, 32);
	tear_down(&g);
}

static void an_unkept_file_goes_with_its_pool(void **state)
{
	struct ground g;
	struct store_temp *temp;
	const char *path;
	struct pool *outer;

	(void)state;
	set_up(&g);
	outer = work_pool_begin(&g.work);
	assert_true(store_temp_new(&temp, &g.work));
	path = pool_strdup(outer, temp->path);
	assert_int_equal(access(path, F_OK), 0);
	work_pool_end(&g.work, outer);
	assert_int_not_equal(access(path, F_OK), 0);
	tear_down(&g);
}

static void a_full_store_says_so(void **state)
{
	struct ground g;

	(void)state;
	set_up(&g);
	assert_true(store_has_room(&g.work));
	g.conf.store_reserve = 100; /* more than the setting allows */
	assert_false(store_has_room(&g.work));
	assert_int_equal(g.work.err, ERR_STORAGE_FULL);
	tear_down(&g);
}

static bool count_file(struct work *work, const char *key, int64_t bytes,
		       int64_t changed_at, void *count)
{
	(void)work;
	assert_int_equal(strlen(key), 32 + 5);
	assert_int_equal(bytes, 1);
	assert_true(changed_at > 0);
	++*(int *)count;
	return true;
}

static void visits_every_file(void **state)
{
	struct ground g;
	int count = 0;

	(void)state;
	set_up(&g);
	for (int i = 0; i < 50; i++)
		put(&g, uuid_new(), "x");
	assert_true(store_each(&g.work, count_file, &count));
	assert_int_equal(count, 50);
	tear_down(&g);
}

static time_t clock_is_ahead;

/* In place of the C library's: this program's clock may be wrong. */
time_t time(time_t *seconds)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	now.tv_sec += clock_is_ahead;
	if (seconds)
		*seconds = now.tv_sec;
	return now.tv_sec;
}

/* By the clock of the file system: this machine's may be ahead of it. */
static void sweeps_only_old_temporary_files(void **state)
{
	struct ground g;
	struct store_temp *young, *old;
	const struct timespec long_ago[2] = { { 1000, 0 }, { 1000, 0 } };
	int64_t removed;

	(void)state;
	set_up(&g);
	assert_true(store_temp_new(&young, &g.work));
	assert_true(store_temp_new(&old, &g.work));
	assert_int_equal(futimens(old->fd, long_ago), 0);
	clock_is_ahead = 86400;
	assert_true(store_sweep_temp(&removed, &g.work, 60));
	clock_is_ahead = 0;
	assert_int_equal(removed, 1);
	assert_int_equal(access(young->path, F_OK), 0);
	assert_int_not_equal(access(old->path, F_OK), 0);
	tear_down(&g);
}

static void names_files_for_the_web_server(void **state)
{
	static const struct {
		enum conf_delivery delivery;
		bool whole;
		const char *base_url, *folder;
	} cases[] = {
		{ DELIVERY_ACCEL, false, "http://a", "/_files/" },
		{ DELIVERY_ACCEL, true, "http://a", "/_files/whole/" },
		{ DELIVERY_ACCEL, false, "http://a/b", "/b/_files/" },
		{ DELIVERY_SENDFILE, false, "http://a/b", NULL },
		{ DELIVERY_SENDFILE, true, "http://a", NULL },
	};
	struct ground g;
	struct uuid id = { { 1, [15] = 0xab } };
	const char *key, *file;

	(void)state;
	set_up(&g);
	g.conf.accel_prefix = "/_files/";
	key = put(&g, id, "one");
	file = pool_printf(g.work.pool, "%s/objects/ab/%s", g.dir, key);
	assert_int_equal(access(file, F_OK), 0);
	EACH_ROW(i, cases) {
		const char *folder = cases[i].folder;

		g.conf.delivery = (int)cases[i].delivery;
		g.conf.base_url = cases[i].base_url;
		assert_string_equal(
			store_delivery_path(&g.work, key, cases[i].whole),
			folder ? pool_printf(g.work.pool, "%sab/%s", folder,
					     key)
			       : file);
	}
	tear_down(&g);
}

/* The last public file. */
struct seen {
	struct uuid image;
	char name[32];
	int count;
};

static bool see_public(struct work *work, struct uuid image, const char *name,
		       void *arg)
{
	struct seen *seen = arg;

	(void)work;
	seen->image = image;
	snprintf(seen->name, sizeof(seen->name), "%s", name);
	seen->count++;
	return true;
}

static struct seen see_all(struct ground *g)
{
	struct seen seen = { 0 };

	assert_true(store_each_public(&g->work, see_public, &seen));
	return seen;
}

/* The web server finds the file by the id and a part of its sum. */
static void publishes_and_unpublishes(void **state)
{
	const struct uuid id = uuid_new(), other = uuid_new();
	char folder[UUID_TEXT_SIZE + 4];
	struct ground g;
	struct stat file, public;
	const char *key, *path;
	struct seen seen;

	(void)state;
	set_up(&g);
	key = put(&g, id, "puffin");
	snprintf(folder, sizeof(folder), "%.2s/%s",
		 UUID_TEXT(id) + UUID_TEXT_SIZE - 3, UUID_TEXT(id));
	path = pool_printf(g.work.pool, "%s/public/%s/h200.5d41402a.jpg", g.dir,
			   folder);
	assert_true(store_unpublish(&g.work, id));
	assert_int_equal(see_all(&g).count, 0);
	for (int i = 0; i < 2; i++) {
		assert_true(
			store_publish(&g.work, id, key, "h200.5d41402a.jpg"));
		assert_int_equal(stat(path, &public), 0);
		assert_int_equal(public.st_nlink, 2);
	}
	seen = see_all(&g);
	assert_int_equal(seen.count, 1);
	assert_true(uuid_equal(seen.image, id));
	assert_string_equal(seen.name, "h200.5d41402a.jpg");
	assert_true(store_unpublish(&g.work, other));
	assert_int_equal(see_all(&g).count, 1);

	assert_false(store_publish(&g.work, other,
				   store_key(g.work.pool, other, "h200"),
				   "h200.5d41402a.jpg"));
	assert_int_equal(g.work.err, ERR_NOT_FOUND);
	for (int i = 0; i < 2; i++) {
		assert_true(store_unpublish(&g.work, id));
		assert_int_not_equal(stat(path, &public), 0);
	}
	assert_int_equal(see_all(&g).count, 0);
	assert_int_equal(stat(pool_printf(g.work.pool, "%s/objects/%.2s/%s",
					  g.dir, key + UUID_HEX_SIZE - 3, key),
			      &file),
			 0);
	assert_int_equal(file.st_nlink, 1);
	tear_down(&g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gets_what_was_put),
		cmocka_unit_test(lets_the_group_read),
		cmocka_unit_test(says_what_the_group_needs),
		cmocka_unit_test(sums_what_was_written),
		cmocka_unit_test(cuts_what_was_written),
		cmocka_unit_test(an_unkept_file_goes_with_its_pool),
		cmocka_unit_test(names_files_for_the_web_server),
		cmocka_unit_test(a_full_store_says_so),
		cmocka_unit_test(visits_every_file),
		cmocka_unit_test(publishes_and_unpublishes),
		cmocka_unit_test(sweeps_only_old_temporary_files),
	};

	return RUN_TESTS(tests);
}
