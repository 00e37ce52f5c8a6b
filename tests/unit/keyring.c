/* keyring.c: the keys that sign links, in a file that changes. */
#include "config.h"

#include "lib/service/keyring.h"

#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/conf.h"
#include "lib/base/pool.h"
#include "tests/unit/test.h"

struct ground {
	struct conf conf;
	struct work work;
	char path[64];
};

static void set_up(struct ground *g)
{
	*g = (struct ground){ 0 };
	snprintf(g->path, sizeof(g->path), "/tmp/pixtier-keys.%d",
		 (int)getpid());
	unlink(g->path);
	conf_init(&g->conf);
	g->conf.keys_file = g->path;
	g->work.conf = &g->conf;
	g->work.pool = pool_new();
	g->work.keys = keyring_new(&g->conf);
}

static void tear_down(struct ground *g)
{
	unlink(g->path);
	keyring_free(g->work.keys);
	pool_free(g->work.pool);
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
		"0 0 0 "
		"0000000000000000000000000000000000000000000000000000000000000000"
		"\n",
		"1 0 0 "
		"000000000000000000000000000000000000000000000000000000000000000g"
		"\n",
		"65536 0 0 "
		"0000000000000000000000000000000000000000000000000000000000000000"
		"\n",
	};
	struct ground g;
	struct key key;

	(void)state;
	set_up(&g);
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		write_keys(&g, texts[i]);
		assert_false(keyring_signer(&key, &g.work));
		assert_int_equal(g.work.err, ERR_INTERNAL);
	}
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
	};

	return RUN_TESTS(tests);
}
