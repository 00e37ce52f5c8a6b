/* link.c: signed URLs. */
#include "config.h"

#include "lib/service/link.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/conf.h"
#include "lib/base/pool.h"
#include "lib/model/variant.h"
#include "lib/service/keyring.h"
#include "tests/lib/test_keyring.h"
#include "tests/unit/test.h"

struct ground {
	struct conf conf;
	struct work work;
	char path[TEST_KEYRING_PATH_SIZE];
	char *token, *name; /* of the URL that was made last */
};

static void set_up(struct ground *g)
{
	struct key key;

	*g = (struct ground){ 0 };
	test_keyring_init(&g->work, &g->conf, g->path);
	g->conf.base_url = "https://img.example";
	assert_true(keyring_rotate(&key, &g->work, 0));
}

static void tear_down(struct ground *g)
{
	test_keyring_release(&g->work, g->path);
}

static struct signed_link sample(int64_t lives)
{
	return (struct signed_link){
		.purpose = LINK_PURPOSE_LINK,
		.expires_at = time(NULL) + lives,
		.format = FORMAT_PNG,
		.image_id = uuid_new(),
		.link_id = uuid_new(),
		.variant = "100x100-cover.png",
	};
}

static void make_url(struct ground *g, const struct signed_link *made,
		     const char *name)
{
	static const char start[] = "https://img.example/l/";
	const char *url, *at;
	size_t len;

	assert_true(link_url(&url, &g->work, made, name));
	assert_memory_equal(url, start, sizeof(start) - 1);
	at = url + sizeof(start) - 1;
	len = strcspn(at, "/");
	g->token = pool_strndup(g->work.pool, at, len);
	g->name = pool_strdup(g->work.pool, at + len + 1);
}

static bool reopen(struct signed_link *opened, struct ground *g)
{
	return link_open(opened, &g->work, g->token, g->name);
}

/* A row that another version has written, or a variant that none has. */
static void refuses_what_no_token_holds(void **state)
{
	struct signed_link long_name = sample(60);
	enum format format;
	struct ground g;
	char name[VARIANT_NAME_MAX + 2];
	const char *url;

	(void)state;
	set_up(&g);
	memset(name, 'a', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	long_name.variant = name;
	assert_false(link_url(&url, &g.work, &long_name, "a.png"));
	assert_string_equal(g.work.field, "variant");
	assert_false(link_format(&format, &g.work, "heic"));
	assert_int_equal(g.work.err, ERR_INTERNAL);
	assert_true(link_format(&format, &g.work, "png"));
	assert_int_equal(format, FORMAT_PNG);
	tear_down(&g);
}

static void must_be_forged(struct ground *g, const char *token,
			   const char *name)
{
	struct signed_link opened;

	assert_false(link_open(&opened, &g->work, token, name));
	assert_int_equal(g->work.err, ERR_BAD_SIGNATURE);
}

static void opens_what_it_made(void **state)
{
	struct ground g;
	struct signed_link made = sample(60), opened;

	(void)state;
	set_up(&g);
	make_url(&g, &made, "sea.JPG");
	assert_string_equal(g.name, "sea.png");
	assert_true(reopen(&opened, &g));
	assert_int_equal(opened.purpose, LINK_PURPOSE_LINK);
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
	struct signed_link made = sample(60), opened;

	(void)state;
	set_up(&g);
	make_url(&g, &made, "sea");
	for (char *at = g.token; *at; at++) {
		const char kept = *at;

		for (const char *c = alphabet; *c; c++)
			if (*c != kept) {
				*at = *c;
				must_be_forged(&g, g.token, g.name);
			}
		*at = kept;
	}
	assert_true(reopen(&opened, &g));
	tear_down(&g);
}

static void refuses_other_lengths_and_names(void **state)
{
	struct ground g;
	struct signed_link made = sample(60);
	struct pool *pool;
	size_t len;

	(void)state;
	set_up(&g);
	pool = g.work.pool;
	make_url(&g, &made, "sea");
	len = strlen(g.token);
	for (size_t i = 0; i < len; i++)
		must_be_forged(&g, pool_strndup(pool, g.token, i), g.name);
	must_be_forged(&g, pool_printf(pool, "%sA", g.token), g.name);
	must_be_forged(&g, pool_printf(pool, "%s==", g.token), g.name);
	must_be_forged(&g, g.token, "other.png");
	must_be_forged(&g, g.token, "");
	tear_down(&g);
}

static void tells_expired_from_forged(void **state)
{
	struct ground g;
	struct signed_link made = sample(-1), opened;

	(void)state;
	set_up(&g);
	make_url(&g, &made, "sea");
	assert_false(reopen(&opened, &g));
	assert_int_equal(g.work.err, ERR_LINK_EXPIRED);
	g.token[20] ^= 1;
	must_be_forged(&g, g.token, g.name);
	tear_down(&g);
}

static void a_retired_key_ends_its_links(void **state)
{
	struct ground g;
	struct signed_link made = sample(60), opened;
	struct key key;

	(void)state;
	set_up(&g);
	make_url(&g, &made, "sea");
	assert_true(keyring_rotate(&key, &g.work, 60));
	assert_true(reopen(&opened, &g));
	assert_true(keyring_rotate(&key, &g.work, 0));
	must_be_forged(&g, g.token, g.name);
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
	struct signed_link made = sample(60);

	(void)state;
	set_up(&g);
	EACH_ROW(i, cases) {
		make_url(&g, &made, cases[i].name);
		assert_string_equal(g.name, cases[i].file);
	}
	tear_down(&g);
}

static void other_routes_open_it_too(void **state)
{
	static const char path[] = "https://img.example/api/image/expiring/";
	struct ground g;
	struct signed_link made = sample(60);
	const char *url, *other;

	(void)state;
	set_up(&g);
	assert_true(link_url(&url, &g.work, &made, "sea.JPG"));
	other = link_url_at(&g.work, url, "/api/image/expiring");
	assert_memory_equal(other, path, sizeof(path) - 1);
	assert_string_equal(other + sizeof(path) - 1,
			    url + strlen("https://img.example/l/"));
	tear_down(&g);
}

static void display_urls_are_stable(void **state)
{
	struct ground g;
	int64_t first, now = time(NULL);

	(void)state;
	set_up(&g);
	first = link_display_expiry(&g.work);
	assert_in_range(first, now + g.conf.display_ttl,
			now + 2 * g.conf.display_ttl);
	assert_int_equal(first % g.conf.display_ttl, 0);
	tear_down(&g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(opens_what_it_made),
		cmocka_unit_test(refuses_what_no_token_holds),
		cmocka_unit_test(refuses_every_changed_character),
		cmocka_unit_test(refuses_other_lengths_and_names),
		cmocka_unit_test(tells_expired_from_forged),
		cmocka_unit_test(a_retired_key_ends_its_links),
		cmocka_unit_test(names_files_safely),
		cmocka_unit_test(other_routes_open_it_too),
		cmocka_unit_test(display_urls_are_stable),
	};

	return RUN_TESTS(tests);
}
