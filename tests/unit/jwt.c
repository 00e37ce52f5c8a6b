/* jwt.c: JSON Web Tokens of users. */
#include "config.h"

#include "lib/service/jwt.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/conf.h"
#include "lib/base/crypt.h"
#include "lib/base/json.h"
#include "lib/base/pool.h"
#include "lib/base/text.h"
#include "lib/service/keyring.h"
#include "tests/lib/test_keyring.h"
#include "tests/unit/test.h"

struct ground {
	struct conf conf;
	struct work work;
	struct user user;
	struct key key;
	char path[TEST_KEYRING_PATH_SIZE];
};

static void set_up(struct ground *g)
{
	*g = (struct ground){ 0 };
	test_keyring_init(&g->work, &g->conf, g->path);
	g->user.id = uuid_new();
	g->user.password = "$y$j75$salt$hash";
	assert_true(keyring_rotate(&g->key, &g->work, 100));
}

static void tear_down(struct ground *g)
{
	test_keyring_release(&g->work, g->path);
}

static const char *make(struct ground *g, enum jwt_type type)
{
	const char *text;

	assert_true(jwt_make(&text, &g->work, &g->user, type));
	return text;
}

static void refused(struct ground *g, const char *text)
{
	struct jwt jwt;

	g->work.err = ERR_NOT_FOUND;
	assert_false(jwt_open(&jwt, &g->work, text, JWT_ACCESS));
	assert_int_equal(g->work.err, ERR_UNAUTHENTICATED);
}

/* What anybody can make who has the key: both parts, signed. */
static const char *sign(struct ground *g, const char *header,
			const char *claims)
{
	struct pool *pool = g->work.pool;
	const char *said = pool_printf(
		pool, "%s.%s", text_base64url(pool, header, strlen(header)),
		text_base64url(pool, claims, strlen(claims)));
	uint8_t key[CRYPT_SHA256_SIZE], mac[CRYPT_SHA256_SIZE];

	crypt_hmac_sha256(key, g->key.secret, KEY_SIZE, "jwt", 3);
	crypt_hmac_sha256(mac, key, sizeof(key), said, strlen(said));
	return pool_printf(pool, "%s.%s", said,
			   text_base64url(pool, mac, sizeof(mac)));
}

static void opens_what_it_made(void **state)
{
	struct ground g;
	struct jwt access, refresh;
	int64_t now = time(NULL);

	(void)state;
	set_up(&g);
	assert_true(
		jwt_open(&access, &g.work, make(&g, JWT_ACCESS), JWT_ACCESS));
	assert_true(uuid_equal(access.user_id, g.user.id));
	assert_in_range(access.issued_at, now, now + 2);
	assert_int_equal(access.expires_at - access.issued_at, 15 * 3600);
	assert_int_equal(access.key_id, g.key.id);
	assert_true(jwt_check_user(&access, &g.work, &g.user));
	assert_true(jwt_open(&refresh, &g.work, make(&g, JWT_REFRESH),
			     JWT_REFRESH));
	assert_int_equal(refresh.expires_at - refresh.issued_at, 10 * 86400);
	assert_string_not_equal(access.id, refresh.id);
	tear_down(&g);
}

static void each_type_is_for_its_purpose(void **state)
{
	struct ground g;
	struct jwt jwt;

	(void)state;
	set_up(&g);
	refused(&g, make(&g, JWT_REFRESH));
	assert_false(
		jwt_open(&jwt, &g.work, make(&g, JWT_ACCESS), JWT_REFRESH));
	assert_int_equal(g.work.err, ERR_UNAUTHENTICATED);
	tear_down(&g);
}

static void refuses_every_changed_character(void **state)
{
	static const char alphabet[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
		"0123456789-_=+/. ";
	struct ground g;
	struct pool *outer;
	char *text;

	(void)state;
	set_up(&g);
	text = pool_strdup(g.work.pool, make(&g, JWT_ACCESS));
	outer = g.work.pool;
	for (size_t i = 0; text[i]; i++) {
		char kept = text[i];

		g.work.pool = pool_new();
		for (const char *c = alphabet; *c; c++) {
			if (*c == kept)
				continue;
			text[i] = *c;
			refused(&g, text);
		}
		pool_free(g.work.pool);
		text[i] = kept;
	}
	g.work.pool = outer;
	tear_down(&g);
}

static void refuses_other_lengths(void **state)
{
	struct ground g;
	const char *text;
	char *longest;

	(void)state;
	set_up(&g);
	text = make(&g, JWT_ACCESS);
	for (size_t i = 0; i < strlen(text); i++)
		refused(&g, pool_strndup(g.work.pool, text, i));
	refused(&g, pool_printf(g.work.pool, "%s.", text));
	refused(&g, pool_printf(g.work.pool, "%sA", text));
	refused(&g, pool_printf(g.work.pool, "%s=", text));
	refused(&g, "..");
	longest = pool_alloc(g.work.pool, 100000);
	memset(longest, 'a', 99999);
	longest[10] = longest[20] = '.';
	refused(&g, longest);
	tear_down(&g);
}

static const char good_header[] =
	"{\"alg\":\"HS256\",\"typ\":\"JWT\",\"kid\":\"1\"}";

/* Signed with the right key, all of them. */
static void only_its_own_header_does(void **state)
{
	static const char *const headers[] = {
		"{\"alg\":\"none\",\"kid\":\"1\"}",
		"{\"alg\":\"hs256\",\"kid\":\"1\"}",
		"{\"alg\":\"HS512\",\"kid\":\"1\"}",
		"{\"alg\":\"RS256\",\"kid\":\"1\"}",
		"{\"alg\":[\"HS256\"],\"kid\":\"1\"}",
		"{\"alg\":\"HS256\"}",
		"{\"alg\":\"HS256\",\"kid\":1}",
		"{\"alg\":\"HS256\",\"kid\":\"2\"}",
		"{\"alg\":\"HS256\",\"kid\":\"0\"}",
		"{\"alg\":\"HS256\",\"kid\":\"../../dev/null\"}",
		"{\"alg\":\"HS256\",\"kid\":\"1\",\"crit\":[\"b64\"]}",
		"{\"alg\":\"HS256\",\"alg\":\"none\",\"kid\":\"1\"}",
		"{\"kid\":\"1\"}",
		"{}",
		"[]",
		"",
		"x",
	};
	struct ground g;
	struct jwt jwt;
	const char *claims;

	(void)state;
	set_up(&g);
	claims = pool_printf(g.work.pool,
			     "{\"token_type\":\"access\",\"exp\":%lld,"
			     "\"iat\":1,\"jti\":\"a\",\"user_id\":\"%s\","
			     "\"hash_password\":\"a\"}",
			     (long long)time(NULL) + 60, UUID_TEXT(g.user.id));
	assert_true(jwt_open(&jwt, &g.work, sign(&g, good_header, claims),
			     JWT_ACCESS));
	assert_false(jwt_check_user(&jwt, &g.work, &g.user));
	EACH_ROW(i, headers)
		refused(&g, sign(&g, headers[i], claims));
	tear_down(&g);
}

#define REST                                                                   \
	",\"iat\":1,\"jti\":\"a\",\"hash_password\":\"a\","                    \
	"\"user_id\":\"0199f1c2-7a5e-7c1b-9d4e-3b8a6f2c1d00\"}"

static void only_whole_claims_do(void **state)
{
	static const char *const claims[] = {
		"{\"token_type\":\"access\",\"exp\":1" REST,
		"{\"token_type\":\"access\",\"exp\":\"9999999999\"" REST,
		"{\"token_type\":\"access\",\"exp\":-1" REST,
		"{\"token_type\":\"access\",\"exp\":null" REST,
		"{\"token_type\":\"access\"" REST,
		"{\"token_type\":\"Access\",\"exp\":9999999999" REST,
		"{\"token_type\":\"sliding\",\"exp\":9999999999" REST,
		"{\"exp\":9999999999" REST,
		"{\"token_type\":\"access\",\"exp\":9999999999}",
		"{\"token_type\":\"access\",\"exp\":9999999999,\"iat\":1,"
		"\"jti\":\"a\",\"hash_password\":\"a\",\"user_id\":1}",
		"{\"token_type\":\"access\",\"exp\":9999999999,\"iat\":1,"
		"\"jti\":\"a\",\"hash_password\":\"a\",\"user_id\":"
		"\"0199f1c2-7a5e-7c1b-9d4e-3b8a6f2c1d0x\"}",
		"{}",
		"",
	};
	struct ground g;

	(void)state;
	set_up(&g);
	EACH_ROW(i, claims)
		refused(&g, sign(&g, good_header, claims[i]));
	tear_down(&g);
}

static void it_ends_with_its_time(void **state)
{
	struct ground g;

	(void)state;
	set_up(&g);
	g.conf.jwt_access_ttl = 0;
	refused(&g, make(&g, JWT_ACCESS));
	tear_down(&g);
}

static void it_ends_with_the_password(void **state)
{
	struct ground g;
	struct user changed, other;
	struct jwt jwt;

	(void)state;
	set_up(&g);
	assert_true(jwt_open(&jwt, &g.work, make(&g, JWT_ACCESS), JWT_ACCESS));
	changed = other = g.user;
	changed.password = "$y$j75$salt$other";
	assert_false(jwt_check_user(&jwt, &g.work, &changed));
	assert_int_equal(g.work.err, ERR_UNAUTHENTICATED);
	other.id = uuid_new();
	assert_false(jwt_check_user(&jwt, &g.work, &other));
	tear_down(&g);
}

static void it_ends_with_its_key(void **state)
{
	struct ground g;
	struct key key;
	struct jwt jwt;
	const char *text;

	(void)state;
	set_up(&g);
	text = make(&g, JWT_ACCESS);
	assert_true(keyring_rotate(&key, &g.work, 60));
	assert_true(jwt_open(&jwt, &g.work, text, JWT_ACCESS));
	assert_true(jwt_check_user(&jwt, &g.work, &g.user));
	assert_string_not_equal(make(&g, JWT_ACCESS), text);
	assert_true(keyring_rotate(&key, &g.work, 0));
	refused(&g, text);
	assert_false(jwt_check_user(&jwt, &g.work, &g.user));
	assert_int_equal(g.work.err, ERR_UNAUTHENTICATED);
	tear_down(&g);
}

/* That is no fault of the client's. */
static void without_keys_it_says_so(void **state)
{
	struct ground g;
	struct jwt jwt;
	const char *text;

	(void)state;
	set_up(&g);
	text = make(&g, JWT_ACCESS);
	keyring_free(g.work.keys);
	unlink(g.path);
	g.work.keys = keyring_new(&g.conf);
	assert_false(jwt_open(&jwt, &g.work, text, JWT_ACCESS));
	assert_int_equal(g.work.err, ERR_INTERNAL);
	tear_down(&g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(opens_what_it_made),
		cmocka_unit_test(each_type_is_for_its_purpose),
		cmocka_unit_test(refuses_every_changed_character),
		cmocka_unit_test(refuses_other_lengths),
		cmocka_unit_test(only_its_own_header_does),
		cmocka_unit_test(only_whole_claims_do),
		cmocka_unit_test(it_ends_with_its_time),
		cmocka_unit_test(it_ends_with_the_password),
		cmocka_unit_test(it_ends_with_its_key),
		cmocka_unit_test(without_keys_it_says_so),
	};

	return RUN_TESTS(tests);
}
