/* share.c: signed URLs. */
#include "config.h"

#include "lib/service/share.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/conf.h"
#include "lib/base/pool.h"
#include "lib/service/keyring.h"
#include "tests/unit/test.h"

struct ground {
	struct conf conf;
	struct work work;
	char path[64];
};

static void set_up(struct ground *g)
{
	struct key key;

	*g = (struct ground){ 0 };
	snprintf(g->path, sizeof(g->path), "/tmp/pixtier-share.%d",
		 (int)getpid());
	unlink(g->path);
	conf_init(&g->conf);
	g->conf.keys_file = g->path;
	g->conf.base_url = "https://img.example";
	g->work.conf = &g->conf;
	g->work.pool = pool_new();
	g->work.keys = keyring_new(&g->conf);
	assert_true(keyring_rotate(&key, &g->work, 0));
}

static void tear_down(struct ground *g)
{
	unlink(g->path);
	keyring_free(g->work.keys);
	pool_free(g->work.pool);
}

static struct shared sample(int64_t lives)
{
	return (struct shared){
		.purpose = SHARE_LINK,
		.expires_at = time(NULL) + lives,
		.format = FORMAT_PNG,
		.image_id = uuid_new(),
		.link_id = uuid_new(),
		.variant = "100x100-cover.png",
	};
}

/* The token and the file name of a URL. */
static void split(struct pool *pool, const char *url, char **token,
		  char **name)
{
	static const char start[] = "https://img.example/l/";
	const char *at = url + sizeof(start) - 1;
	size_t len = strcspn(at, "/");

	assert_memory_equal(url, start, sizeof(start) - 1);
	*token = pool_strndup(pool, at, len);
	*name = pool_strdup(pool, at + len + 1);
}

static void opens_what_it_made(void **state)
{
	struct ground g;
	struct shared made = sample(60), opened;
	const char *url;
	char *token, *name;

	(void)state;
	set_up(&g);
	assert_true(share_url(&url, &g.work, &made, "sea.JPG"));
	split(g.work.pool, url, &token, &name);
	assert_string_equal(name, "sea.png");
	assert_true(share_open(&opened, &g.work, token, name));
	assert_int_equal(opened.purpose, SHARE_LINK);
	assert_int_equal(opened.expires_at, made.expires_at);
	assert_int_equal(opened.format, FORMAT_PNG);
	assert_true(uuid_equal(opened.image_id, made.image_id));
	assert_true(uuid_equal(opened.link_id, made.link_id));
	assert_string_equal(opened.variant, made.variant);
	tear_down(&g);
}

/* Each character of the token to each other one of the alphabet. */
static void refuses_every_changed_character(void **state)
{
	static const char alphabet[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
		"0123456789-_=+/. ";
	struct ground g;
	struct shared made = sample(60), opened;
	const char *url;
	char *token, *name;

	(void)state;
	set_up(&g);
	assert_true(share_url(&url, &g.work, &made, "sea"));
	split(g.work.pool, url, &token, &name);
	for (size_t i = 0; token[i]; i++)
		for (const char *c = alphabet; *c; c++) {
			char kept = token[i];

			if (*c == kept)
				continue;
			token[i] = *c;
			assert_false(
				share_open(&opened, &g.work, token, name));
			assert_int_equal(g.work.err, ERR_BAD_SIGNATURE);
			token[i] = kept;
		}
	assert_true(share_open(&opened, &g.work, token, name));
	tear_down(&g);
}

static void refuses_other_lengths_and_names(void **state)
{
	struct ground g;
	struct shared made = sample(60), opened;
	struct pool *pool;
	const char *url;
	char *token, *name;
	size_t len;

	(void)state;
	set_up(&g);
	pool = g.work.pool;
	assert_true(share_url(&url, &g.work, &made, "sea"));
	split(pool, url, &token, &name);
	len = strlen(token);
	for (size_t i = 0; i < len; i++)
		assert_false(share_open(&opened, &g.work,
					pool_strndup(pool, token, i), name));
	assert_false(share_open(&opened, &g.work,
				pool_printf(pool, "%sA", token), name));
	assert_false(share_open(&opened, &g.work,
				pool_printf(pool, "%s==", token), name));
	assert_false(share_open(&opened, &g.work, token, "other.png"));
	assert_false(share_open(&opened, &g.work, token, ""));
	assert_int_equal(g.work.err, ERR_BAD_SIGNATURE);
	tear_down(&g);
}

static void tells_expired_from_forged(void **state)
{
	struct ground g;
	struct shared made = sample(-1), opened;
	const char *url;
	char *token, *name;

	(void)state;
	set_up(&g);
	assert_true(share_url(&url, &g.work, &made, "sea"));
	split(g.work.pool, url, &token, &name);
	assert_false(share_open(&opened, &g.work, token, name));
	assert_int_equal(g.work.err, ERR_LINK_EXPIRED);
	token[20] ^= 1;
	assert_false(share_open(&opened, &g.work, token, name));
	assert_int_equal(g.work.err, ERR_BAD_SIGNATURE);
	tear_down(&g);
}

static void a_retired_key_ends_its_links(void **state)
{
	struct ground g;
	struct shared made = sample(60), opened;
	struct key key;
	const char *url;
	char *token, *name;

	(void)state;
	set_up(&g);
	assert_true(share_url(&url, &g.work, &made, "sea"));
	split(g.work.pool, url, &token, &name);
	assert_true(keyring_rotate(&key, &g.work, 60));
	assert_true(share_open(&opened, &g.work, token, name));
	assert_true(keyring_rotate(&key, &g.work, 0));
	assert_false(share_open(&opened, &g.work, token, name));
	assert_int_equal(g.work.err, ERR_BAD_SIGNATURE);
	tear_down(&g);
}

static void names_files_safely(void **state)
{
	static const struct {
		const char *name, *file;
	} cases[] = {
		{ "sea.jpg", "sea.png" },
		{ "sea", "sea.png" },
		{ ".hidden", ".hidden.png" },
		{ "a.b.c", "a.b.png" },
		{ "../../etc/passwd", ".._.._etc_passwd.png" },
		{ "a\\b\n", "a_b_.png" },
		{ "", "image.png" },
		{ "\303\244.gif", "%C3%A4.png" },
		{ "50%", "50%25.png" },
	};
	struct ground g;
	struct shared made = sample(60);
	const char *url;
	char *token, *name;

	(void)state;
	set_up(&g);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_true(share_url(&url, &g.work, &made, cases[i].name));
		split(g.work.pool, url, &token, &name);
		assert_string_equal(name, cases[i].file);
	}
	tear_down(&g);
}

static void display_urls_are_stable(void **state)
{
	struct ground g;
	int64_t first, now = time(NULL);

	(void)state;
	set_up(&g);
	first = share_display_expiry(&g.conf);
	assert_in_range(first, now + g.conf.display_ttl,
			now + 2 * g.conf.display_ttl);
	assert_int_equal(first % g.conf.display_ttl, 0);
	tear_down(&g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(opens_what_it_made),
		cmocka_unit_test(refuses_every_changed_character),
		cmocka_unit_test(refuses_other_lengths_and_names),
		cmocka_unit_test(tells_expired_from_forged),
		cmocka_unit_test(a_retired_key_ends_its_links),
		cmocka_unit_test(names_files_safely),
		cmocka_unit_test(display_urls_are_stable),
	};

	return RUN_TESTS(tests);
}
