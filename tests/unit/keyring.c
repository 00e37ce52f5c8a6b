/* keyring.c: the keys that sign links, in a file that changes. */
#include "config.h"

#include "lib/service/keyring.h"

#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/conf.h"
#include "lib/base/pool.h"
#include "tests/lib/test_keyring.h"
#include "tests/unit/test.h"

#define ZEROS "0000000000000000000000000000000000000000000000000000000000000000"

struct ground {
	struct conf conf;
	struct work work;
	char path[TEST_KEYRING_PATH_SIZE];
};

static void set_up(struct ground *g)
{
	*g = (struct ground){ 0 };
	test_keyring_init(&g->work, &g->conf, g->path);
}

static void tear_down(struct ground *g)
{
	test_keyring_release(&g->work, g->path);
}

static void write_keys(const struct ground *g, const char *text)
{
	FILE *file = fopen(g->path, "w");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static void no_file_is_a_failure(void **state)
{
	struct ground g;
	struct key key;

	(void)state;
	set_up(&g);
	assert_false(keyring_signer(&key, &g.work));
	assert_int_equal(g.work.err, ERR_INTERNAL);
	tear_down(&g);
}

static void rotation_keeps_the_old_key_for_a_while(void **state)
{
	struct ground g;
	struct key first, second, signer, found;
	struct stat st;

	(void)state;
	set_up(&g);
	assert_true(keyring_rotate(&first, &g.work, 100));
	assert_int_equal(first.id, 1);
	assert_int_equal(stat(g.path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);

	assert_true(keyring_rotate(&second, &g.work, 100));
	assert_int_equal(second.id, 2);
	assert_memory_not_equal(first.secret, second.secret, KEY_SIZE);
	assert_true(keyring_signer(&signer, &g.work));
	assert_int_equal(signer.id, 2);
	assert_true(keyring_find(&found, &g.work, 1));
	assert_memory_equal(found.secret, first.secret, KEY_SIZE);
	assert_in_range(found.retires_at, time(NULL) + 90, time(NULL) + 100);
	assert_false(keyring_find(&found, &g.work, 3));
	assert_int_equal(g.work.err, ERR_BAD_SIGNATURE);
	tear_down(&g);
}

static void a_retired_key_is_refused_and_dropped(void **state)
{
	struct ground g;
	struct key first, second, third, found;
	const struct key *keys;
	size_t count;

	(void)state;
	set_up(&g);
	assert_true(keyring_rotate(&first, &g.work, 0));
	assert_true(keyring_rotate(&second, &g.work, 0));
	assert_false(keyring_find(&found, &g.work, first.id));
	assert_int_equal(g.work.err, ERR_BAD_SIGNATURE);
	assert_true(keyring_rotate(&third, &g.work, 0));
	assert_true(keyring_list(&keys, &count, &g.work));
	assert_int_equal(count, 2); /* the first is gone */
	tear_down(&g);
}

/* Another process rotates: this one meets a link of the new key. */
static void an_unknown_key_is_looked_up_at_once(void **state)
{
	struct ground g;
	struct key key, made, found;
	struct work other;

	(void)state;
	set_up(&g);
	assert_true(keyring_rotate(&key, &g.work, 100));
	assert_true(keyring_signer(&key, &g.work));
	other = g.work;
	other.keys = keyring_new(&g.conf);
	assert_true(keyring_rotate(&made, &other, 100));
	keyring_free(other.keys);
	assert_true(keyring_find(&found, &g.work, made.id));
	tear_down(&g);
}

static void damaged_files_are_refused(void **state)
{
	static const char *const texts[] = {
		"1 0 0\n",
		"x 0 0 00\n",
		"0 0 0 " ZEROS "\n",
		"1 0 0 "
		"000000000000000000000000000000000000000000000000000000000000000g"
		"\n",
		"65536 0 0 " ZEROS "\n",
		"1 0 0 " ZEROS "0\n",
		"1 0 0 " ZEROS " 0\n",
		"1 0 0 " ZEROS "\n1 0 0 " ZEROS "\n",
		"1 0 5 " ZEROS "\n",
		"",
		"# no key\n",
	};
	struct ground g;
	struct key key;

	(void)state;
	set_up(&g);
	EACH_ROW(i, texts) {
		write_keys(&g, texts[i]);
		if (keyring_signer(&key, &g.work))
			fail_msg("taken: %s", texts[i]);
		assert_int_equal(g.work.err, ERR_INTERNAL);
	}
	tear_down(&g);
}

/* How often the log says "keys_damaged" while the keys are used. */
static int count_told(struct ground *g, int64_t signer, int uses)
{
	char line[1024];
	FILE *file = tmpfile();
	int kept = dup(STDERR_FILENO), events = 0;
	struct key key;

	assert_non_null(file);
	assert_true(dup2(fileno(file), STDERR_FILENO) >= 0);
	for (; uses; uses--) {
		assert_true(keyring_signer(&key, &g->work));
		assert_int_equal(key.id, signer);
		assert_true(keyring_find(&key, &g->work, 1));
	}
	dup2(kept, STDERR_FILENO);
	close(kept);
	rewind(file);
	while (fgets(line, sizeof(line), file))
		events += strstr(line, "keys_damaged") != NULL;
	fclose(file);
	return events;
}

/* Cut after each of its bytes, as a copy in place leaves it. */
static void a_damaged_file_leaves_the_last_good_keys(void **state)
{
	struct ground g;
	struct key key;
	char good[512] = "";
	FILE *file;
	size_t len;

	(void)state;
	set_up(&g);
	assert_true(keyring_rotate(&key, &g.work, 100));
	assert_true(keyring_rotate(&key, &g.work, 100));
	file = fopen(g.path, "r");
	len = fread(good, 1, sizeof(good) - 1, file);
	fclose(file);
	assert_int_equal(count_told(&g, 2, 3), 0);
	assert_false(keyring_is_damaged(g.work.keys));
	for (size_t cut = 0; cut < len - 1; cut++) {
		assert_int_equal(truncate(g.path, (off_t)cut), 0);
		assert_int_equal(count_told(&g, 2, 3), 1);
		assert_true(keyring_is_damaged(g.work.keys));
		write_keys(&g, good);
		assert_int_equal(count_told(&g, 2, 3), 0);
		assert_false(keyring_is_damaged(g.work.keys));
	}
	assert_false(keyring_find(&key, &g.work, 3));
	tear_down(&g);
}

static void a_file_that_went_leaves_the_last_good_keys(void **state)
{
	struct ground g;
	struct key key;

	(void)state;
	set_up(&g);
	assert_true(keyring_rotate(&key, &g.work, 100));
	assert_int_equal(count_told(&g, 1, 1), 0);
	unlink(g.path);
	assert_int_equal(count_told(&g, 1, 3), 1);
	assert_true(keyring_is_damaged(g.work.keys));
	assert_true(keyring_rotate(&key, &g.work, 100));
	assert_int_equal(count_told(&g, 1, 3), 0);
	assert_false(keyring_is_damaged(g.work.keys));
	tear_down(&g);
}

static void a_damaged_file_is_not_replaced(void **state)
{
	static const char damaged[] = "1 0 0 00\n";
	struct ground g;
	struct key key;
	struct stat st;

	(void)state;
	set_up(&g);
	assert_true(keyring_rotate(&key, &g.work, 100));
	assert_true(keyring_signer(&key, &g.work));
	write_keys(&g, damaged);
	assert_false(keyring_rotate(&key, &g.work, 100));
	assert_int_equal(g.work.err, ERR_INTERNAL);
	assert_int_equal(stat(g.path, &st), 0);
	assert_int_equal(st.st_size, strlen(damaged));
	tear_down(&g);
}

/* As somebody who died while he wrote it leaves it, for all to read. */
static void what_an_earlier_change_left_is_not_used(void **state)
{
	struct ground g;
	struct key key;
	struct stat st;
	const char *left;

	(void)state;
	set_up(&g);
	left = pool_printf(g.work.pool, "%s.new", g.path);
	write_keys(&g, "1 0 0 00\n");
	assert_int_equal(chmod(g.path, 0644), 0);
	assert_int_equal(rename(g.path, left), 0);
	assert_true(keyring_rotate(&key, &g.work, 100));
	assert_int_equal(stat(g.path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(access(left, F_OK), -1);
	assert_true(keyring_signer(&key, &g.work));
	tear_down(&g);
}

static void a_key_is_retired_before_its_time(void **state)
{
	struct ground g;
	struct key key, found;

	(void)state;
	set_up(&g);
	assert_false(keyring_retire(&g.work, 1, 0));
	assert_int_equal(g.work.err, ERR_NOT_FOUND);
	assert_true(keyring_rotate(&key, &g.work, 100));
	assert_false(keyring_retire(&g.work, 1, 0));
	assert_int_equal(g.work.err, ERR_CONFLICT);
	assert_true(keyring_rotate(&key, &g.work, 100));
	assert_true(keyring_retire(&g.work, 1, 50));
	assert_true(keyring_find(&found, &g.work, 1));
	assert_in_range(found.retires_at, time(NULL) + 40, time(NULL) + 50);
	assert_true(keyring_retire(&g.work, 1, 0));
	assert_false(keyring_find(&found, &g.work, 1));
	assert_int_equal(g.work.err, ERR_BAD_SIGNATURE);
	assert_true(keyring_retire(&g.work, 1, 100)); /* it stays so */
	assert_false(keyring_find(&found, &g.work, 1));
	tear_down(&g);
}

enum { ROTATORS = 5, ROTATIONS = 6 };

static void rotate_often(struct ground *g)
{
	struct key key;

	for (int i = 0; i < ROTATIONS; i++)
		if (!keyring_rotate(&key, &g->work, 100))
			_exit(1);
	_exit(0);
}

/* No key is lost, for a link may have been signed with it. */
static void rotations_at_once_come_one_after_another(void **state)
{
	struct ground g;
	const struct key *keys;
	size_t count;
	int status;

	(void)state;
	set_up(&g);
	for (int i = 0; i < ROTATORS; i++)
		if (!fork()) {
			/* The one that there is has been wiped. */
			g.work.keys = keyring_new(&g.conf);
			rotate_often(&g);
		}
	for (int i = 0; i < ROTATORS; i++) {
		assert_true(wait(&status) > 0);
		assert_int_equal(status, 0);
	}
	assert_true(keyring_list(&keys, &count, &g.work));
	assert_int_equal(count, ROTATORS * ROTATIONS);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(keys[i].id, i + 1);
	tear_down(&g);
}

static void ids_begin_anew_after_the_last(void **state)
{
	struct ground g;
	struct key key;

	(void)state;
	set_up(&g);
	write_keys(&g, "65535 0 0 " ZEROS "\n");
	assert_true(keyring_rotate(&key, &g.work, 100));
	assert_int_equal(key.id, 1);
	assert_true(keyring_signer(&key, &g.work));
	assert_int_equal(key.id, 1);
	assert_true(keyring_rotate(&key, &g.work, 100));
	assert_int_equal(key.id, 2);
	tear_down(&g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_file_is_a_failure),
		cmocka_unit_test(rotation_keeps_the_old_key_for_a_while),
		cmocka_unit_test(a_retired_key_is_refused_and_dropped),
		cmocka_unit_test(an_unknown_key_is_looked_up_at_once),
		cmocka_unit_test(damaged_files_are_refused),
		cmocka_unit_test(a_damaged_file_leaves_the_last_good_keys),
		cmocka_unit_test(a_file_that_went_leaves_the_last_good_keys),
		cmocka_unit_test(a_damaged_file_is_not_replaced),
		cmocka_unit_test(what_an_earlier_change_left_is_not_used),
		cmocka_unit_test(a_key_is_retired_before_its_time),
		cmocka_unit_test(rotations_at_once_come_one_after_another),
		cmocka_unit_test(ids_begin_anew_after_the_last),
	};

	return RUN_TESTS(tests);
}
