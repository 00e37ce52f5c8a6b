/* crypt.c: tests sums, signatures, random bytes and passwords. */
#include "config.h"

#include "lib/base/crypt.h"

#include <time.h>

#include "lib/base/pool.h"
#include "lib/base/text.h"
#include "tests/unit/test.h"

static void assert_hex(const uint8_t sum[CRYPT_SHA256_SIZE], const char *hex)
{
	char text[2 * CRYPT_SHA256_SIZE + 1];

	text_hex(text, sum, CRYPT_SHA256_SIZE);
	assert_string_equal(text, hex);
}

/* clang-format off */
/* FIPS 180-2 appendix B, and the empty text. */
static const struct {
	const char *text;
	size_t times;
	const char *sum;
} sums[] = {
	{ "", 1, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
	{ "abc", 1, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
	{ "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
	{ "a", 1000000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0" },
};

/* RFC 4231 section 4. */
#define TEN(x) x x x x x x x x x x
static const struct {
	const char *key;
	size_t key_len;
	const char *text, *sum;
} signatures[] = {
	{ TEN("\x0b") TEN("\x0b"), 20, "Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7" },
	{ "Jefe", 4, "what do ya want for nothing?", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843" },
	{ TEN("\xaa") TEN("\xaa"), 20, TEN("\xdd") TEN("\xdd") TEN("\xdd") TEN("\xdd") TEN("\xdd"), "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe" },
	{ "\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19", 25, TEN("\xcd") TEN("\xcd") TEN("\xcd") TEN("\xcd") TEN("\xcd"), "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b" },
	{ TEN(TEN("\xaa")) TEN("\xaa") TEN("\xaa") TEN("\xaa") "\xaa", 131, "Test Using Larger Than Block-Size Key - Hash Key First", "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54" },
	{ TEN(TEN("\xaa")) TEN("\xaa") TEN("\xaa") TEN("\xaa") "\xaa", 131, "This is a test using a larger than block-size key and a larger than block-size data. The key needs to be hashed before being used by the HMAC algorithm.", "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2" },
};

/* "correct horse", each in another way of crypt(5). */
static const char *const hashes[] = {
	"$2y$04$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e",
	"$6$rounds=1000$saltsalt$4GMtaIz3E1AdDi2SmCokEW0ehi.HdxNDcL3fGE1XXuzvo6kbx7UOloZKONqEk5H3JrQA4NOfU8BmqFPrpGqwA1",
	"$y$j9T$saltsaltsaltsalt$gNcNhvFTt75JDF1LO9O.MCPyp8TkQxrhQSKqUeo/Uy6",
};
/* clang-format on */

static void sums_as_fips_180_says(void **state)
{
	(void)state;
	EACH_ROW(i, sums) {
		struct pool *pool = pool_new();
		struct crypt_sha256 *sum = crypt_sha256_new(pool);
		uint8_t out[CRYPT_SHA256_SIZE];

		for (size_t n = 0; n < sums[i].times; n++)
			crypt_sha256_add(sum, sums[i].text,
					 strlen(sums[i].text));
		crypt_sha256_end(sum, out);
		assert_hex(out, sums[i].sum);
		if (sums[i].times == 1) {
			crypt_sha256(out, sums[i].text, strlen(sums[i].text));
			assert_hex(out, sums[i].sum);
		}
		pool_free(pool);
	}
}

static void signs_as_rfc4231_says(void **state)
{
	(void)state;
	EACH_ROW(i, signatures) {
		uint8_t out[CRYPT_SHA256_SIZE];

		crypt_hmac_sha256(out, signatures[i].key, signatures[i].key_len,
				  signatures[i].text,
				  strlen(signatures[i].text));
		assert_hex(out, signatures[i].sum);
	}
}

static void compares(void **state)
{
	(void)state;
	assert_true(crypt_equal("abc", "abc", 3));
	assert_true(crypt_equal("abc", "abd", 2));
	assert_true(crypt_equal("a", "b", 0));
	assert_false(crypt_equal("abc", "abd", 3));
	assert_false(crypt_equal("\0a", "\0b", 2));
}

static void is_random(void **state)
{
	uint8_t bytes[3000] = { 0 }, seen[256] = { 0 }, again[3000] = { 0 };

	(void)state;
	crypt_random(bytes, sizeof(bytes) - 1);
	crypt_random(again, sizeof(again) - 1);
	assert_memory_not_equal(bytes, again, 32);
	assert_memory_not_equal(bytes + 2900, again + 2900, 32);
	assert_int_equal(bytes[sizeof(bytes) - 1], 0);
	for (size_t i = 0; i < sizeof(bytes); i++)
		seen[bytes[i]] = 1;
	for (size_t i = 1; i < sizeof(seen); i++)
		seen[0] = (uint8_t)(seen[0] + seen[i]);
	assert_true(seen[0] > 250 || seen[0] == 0); /* 256 wraps to 0 */
}

static void passwords_go_round(void **state)
{
	static const char *const passwords[] = { "", "secret",
						 "p\xc3\xa4ssword \x01\xff" };

	(void)state;
	EACH_ROW(i, passwords) {
		struct pool *pool = pool_new();
		const char *hash = crypt_password_hash(pool, passwords[i], 1);
		const char *again = crypt_password_hash(pool, passwords[i], 1);

		assert_true(text_starts(hash, "$y$"));
		assert_string_not_equal(hash, again);
		assert_true(crypt_password_verify(passwords[i], hash, 1));
		assert_true(crypt_password_verify(passwords[i], again, 1));
		assert_false(crypt_password_verify("wrong", hash, 1));
		pool_free(pool);
	}
}

static void long_passwords_count_whole(void **state)
{
	struct pool *pool = pool_new();
	char password[CRYPT_PASSWORD_MAX + 2];
	const char *hash;

	(void)state;
	memset(password, 'x', sizeof(password));
	password[CRYPT_PASSWORD_MAX + 1] = '\0';
	assert_false(crypt_password_verify(password, hashes[2], 1));
	password[CRYPT_PASSWORD_MAX] = '\0';
	hash = crypt_password_hash(pool, password, 1);
	assert_true(crypt_password_verify(password, hash, 1));
	password[CRYPT_PASSWORD_MAX - 1] = 'y';
	assert_false(crypt_password_verify(password, hash, 1));
	pool_free(pool);
}

static void verifies_older_hashes(void **state)
{
	(void)state;
	EACH_ROW(i, hashes) {
		assert_true(
			crypt_password_verify("correct horse", hashes[i], 1));
		assert_false(
			crypt_password_verify("correct horsf", hashes[i], 1));
		assert_false(crypt_password_verify("", hashes[i], 1));
	}
}

static void verifies_no_broken_hash(void **state)
{
	static const char *const broken[] = {
		NULL,
		"",
		"!",
		"*",
		"*0",
		"!$y$j9T$saltsaltsaltsalt$"
		"gNcNhvFTt75JDF1LO9O.MCPyp8TkQxrhQSKqUeo/Uy6",
		"$y$j9T$saltsaltsaltsalt$",
		"$y$j9T$saltsaltsaltsalt$"
		"gNcNhvFTt75JDF1LO9O.MCPyp8TkQxrhQSKqUeo/Uy",
		"$99$nothing",
		"correct horse",
	};

	(void)state;
	EACH_ROW(i, broken) {
		assert_false(
			crypt_password_verify("correct horse", broken[i], 1));
		assert_false(crypt_password_verify("", broken[i], 1));
		if (broken[i])
			assert_false(
				crypt_password_verify(broken[i], broken[i], 1));
	}
}

/* Of this process's own time, in which no other process runs. */
static int64_t time_of(const char *hash)
{
	clock_t start = clock();

	assert_false(crypt_password_verify("wrong", hash, 5));
	return clock() - start;
}

/* Or the time of a refused login says whether there is such a user. The best
   of several, taken in turn, as the caches may be used by others. */
static void unknown_users_take_as_long(void **state)
{
	const char *const asked[] = { hashes[2], NULL, "!", "*0" };
	int64_t best[ARRAY_LEN(asked)];

	(void)state;
	memset(best, 0x7f, sizeof(best));
	for (int round = 0; round < 8; round++)
		EACH_ROW(i, asked) {
			int64_t took = time_of(asked[i]);

			best[i] = took < best[i] ? took : best[i];
		}
	for (size_t i = 1; i < ARRAY_LEN(asked); i++)
		assert_in_range(best[i], best[0] / 3, best[0] * 3);
}

static void knows_the_kinds_of_hashes(void **state)
{
	/* clang-format off */
	static const struct {
		const char *hash, *kind;
	} cases[] = {
		{ NULL, "$y$j75$" },
		{ "", "$y$j75$" },
		{ "!", "$y$j75$" },
		{ "$99$nothing", "$y$j75$" },
		{ "$y$j9T$saltsaltsaltsalt$gNcNhvFTt75JDF1LO9O.MCPyp8TkQxrhQSKqUeo/Uy6", "$y$j9T$" },
		{ "$2y$04$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e", "$2y$04$" },
		{ "$2b$12$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e", "$2b$12$" },
		{ "$6$rounds=1000$saltsalt$4GMtaIz3E1", "$6$rounds=1000$" },
		{ "$6$saltsalt$4GMtaIz3E1", "$6$" },
		{ "$5$saltsalt$4GMtaIz3E1", "$5$" },
		{ "$1$saltsalt$4GMtaIz3E1", "$1$" },
		{ "$gy$j9T$saltsaltsaltsalt$4GMtaIz3E1", "$gy$j9T$" },
		{ "$7$CU..../....saltsaltsaltsaltsaltsa$x", "$7$CU..../...." },
		{ "abJnggxhB/yWI", "des" },
	};
	/* clang-format on */
	char kind[CRYPT_KIND_SIZE], again[CRYPT_KIND_SIZE];

	(void)state;
	EACH_ROW(i, cases) {
		crypt_password_kind(kind, cases[i].hash, 1);
		assert_string_equal(kind, cases[i].kind);
		if (*kind != '$')
			continue;
		assert_true(crypt_password_spend("wrong", kind));
		crypt_password_kind(again, kind, 1);
		assert_string_equal(again, kind);
	}
}

static void knows_what_is_current(void **state)
{
	struct pool *pool = pool_new();
	const char *hash = crypt_password_hash(pool, "secret", 2);

	(void)state;
	assert_true(crypt_password_is_current(hash, 2));
	assert_false(crypt_password_is_current(hash, 3));
	assert_false(crypt_password_is_current(hash, 1));
	assert_false(crypt_password_is_current(hashes[0], 5));
	assert_false(crypt_password_is_current(hashes[1], 5));
	assert_true(crypt_password_is_current(hashes[2], 5));
	assert_false(crypt_password_is_current("", 5));
	pool_free(pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sums_as_fips_180_says),
		cmocka_unit_test(signs_as_rfc4231_says),
		cmocka_unit_test(compares),
		cmocka_unit_test(is_random),
		cmocka_unit_test(passwords_go_round),
		cmocka_unit_test(long_passwords_count_whole),
		cmocka_unit_test(verifies_older_hashes),
		cmocka_unit_test(verifies_no_broken_hash),
		cmocka_unit_test(unknown_users_take_as_long),
		cmocka_unit_test(knows_the_kinds_of_hashes),
		cmocka_unit_test(knows_what_is_current),
	};

	return RUN_TESTS(tests);
}
