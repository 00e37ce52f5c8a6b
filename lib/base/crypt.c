/* crypt.c: hashes, signatures, random bytes and passwords. */
#include "config.h"

#include "lib/base/crypt.h"

#include <crypt.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "lib/base/pool.h"

void crypt_sha256(uint8_t out[CRYPT_SHA256_SIZE], const void *bytes, size_t len)
{
	if (!EVP_Digest(bytes, len, out, NULL, EVP_sha256(), NULL))
		abort();
}

/* One for each pool that hashes. OpenSSL owns the context. */
struct crypt_sha256 {
	EVP_MD_CTX *ctx;
};

static void free_ctx(void *ctx)
{
	EVP_MD_CTX_free(ctx);
}

struct crypt_sha256 *crypt_sha256_new(struct pool *pool)
{
	struct crypt_sha256 *sum = pool_alloc(pool, sizeof(*sum));

	sum->ctx = EVP_MD_CTX_new();
	if (!sum->ctx || !EVP_DigestInit_ex(sum->ctx, EVP_sha256(), NULL))
		abort();
	pool_defer(pool, free_ctx, sum->ctx);
	return sum;
}

void crypt_sha256_add(struct crypt_sha256 *sum, const void *bytes, size_t len)
{
	if (!EVP_DigestUpdate(sum->ctx, bytes, len))
		abort();
}

void crypt_sha256_end(struct crypt_sha256 *sum, uint8_t out[CRYPT_SHA256_SIZE])
{
	if (!EVP_DigestFinal_ex(sum->ctx, out, NULL))
		abort();
}

void crypt_hmac_sha256(uint8_t out[CRYPT_SHA256_SIZE], const void *key,
		       size_t key_len, const void *bytes, size_t len)
{
	if (!HMAC(EVP_sha256(), key, (int)key_len, bytes, len, out, NULL))
		abort();
}

bool crypt_equal(const void *a, const void *b, size_t len)
{
	return !CRYPTO_memcmp(a, b, len);
}

void crypt_random(void *bytes, size_t len)
{
	/* getrandom(2): a signal never interrupts a read of up to 256 bytes. */
	for (size_t done = 0; done < len;) {
		size_t part = len - done < 256 ? len - done : 256;

		if (getrandom((char *)bytes + done, part, 0) != (ssize_t)part)
			abort();
		done += part;
	}
}

/* Writes the settings of a yescrypt hash of this cost: "$y$j9T$" and the
   salt. */
static void settings_of(char settings[CRYPT_GENSALT_OUTPUT_SIZE], long cost,
			const char salt[16])
{
	if (!crypt_gensalt_rn("$y$", (unsigned long)cost, salt, 16, settings,
			      CRYPT_GENSALT_OUTPUT_SIZE))
		abort();
}

const char *crypt_password_hash(struct pool *pool, const char *password,
				long cost)
{
	char settings[CRYPT_GENSALT_OUTPUT_SIZE], salt[16];
	struct crypt_data data = { 0 };

	if (strlen(password) > CRYPT_PASSWORD_MAX)
		abort();
	crypt_random(salt, sizeof(salt));
	settings_of(settings, cost, salt);
	if (!crypt_rn(password, settings, &data, sizeof(data)))
		abort();
	return pool_strdup(pool, data.output);
}

/* Takes as long as a verification. */
static void pretend(long cost)
{
	static const char salt[16];
	char settings[CRYPT_GENSALT_OUTPUT_SIZE];
	struct crypt_data data = { 0 };

	settings_of(settings, cost, salt);
	if (!crypt_rn("", settings, &data, sizeof(data)))
		abort();
}

bool crypt_password_verify(const char *password, const char *hash, long cost)
{
	struct crypt_data data = { 0 };
	size_t len = hash ? strlen(hash) : 0;

	if (!len || !crypt_rn(password, hash, &data, sizeof(data))) {
		pretend(cost);
		return false;
	}
	return strlen(data.output) == len &&
	       crypt_equal(data.output, hash, len);
}

/* Returns how many parts that end with '$' come before the salt. */
static int parts_of(const char *hash)
{
	static const struct {
		const char *prefix;
		int parts;
	} schemes[] = {
		{ "$y$", 3 },          { "$gy$", 3 },       { "$sha1$", 3 },
		{ "$2a$", 3 },         { "$2b$", 3 },       { "$2x$", 3 },
		{ "$2y$", 3 },         { "$5$rounds=", 3 }, { "$6$rounds=", 3 },
		{ "$md5,rounds=", 2 },
	};

	for (size_t i = 0; i < ARRAY_LEN(schemes); i++)
		if (!strncmp(hash, schemes[i].prefix,
			     strlen(schemes[i].prefix)))
			return schemes[i].parts;
	return 2;
}

/* The parameters of scrypt have 11 characters; the salt follows them. */
static size_t kind_length(const char *hash)
{
	const char *at = hash;

	if (*hash != '$')
		return 0;
	if (!strncmp(hash, "$7$", 3))
		return strlen(hash) < 14 ? 0 : 14;
	for (int i = parts_of(hash); i; i--) {
		at = strchr(at, '$');
		if (!at)
			return 0;
		at++;
	}
	return (size_t)(at - hash);
}

static bool is_known(const char *hash)
{
	return hash && crypt_checksalt(hash) != CRYPT_SALT_INVALID;
}

void crypt_password_kind(char kind[CRYPT_KIND_SIZE], const char *hash,
			 long cost)
{
	static const char salt[16];
	char settings[CRYPT_GENSALT_OUTPUT_SIZE];
	size_t len;

	if (!is_known(hash)) {
		settings_of(settings, cost, salt);
		hash = settings;
	}
	len = kind_length(hash);
	if (!len || len >= CRYPT_KIND_SIZE) {
		hash = "des";
		len = strlen(hash);
	}
	memcpy(kind, hash, len);
	kind[len] = '\0';
}

bool crypt_password_spend(const char *password, const char *kind)
{
	/* Decodes to 16 bytes in each scheme that decodes its salt. */
	static const char salt[] = "abcdefghijklmnopqrst..";
	char settings[CRYPT_KIND_SIZE + sizeof(salt)];
	struct crypt_data data = { 0 };

	snprintf(settings, sizeof(settings), "%s%s", kind, salt);
	return crypt_rn(password, settings, &data, sizeof(data)) != NULL;
}

bool crypt_password_is_current(const char *hash, long cost)
{
	char kind[CRYPT_KIND_SIZE];

	crypt_password_kind(kind, NULL, cost);
	return !strncmp(hash, kind, strlen(kind));
}

const char *crypt_library(void)
{
	return OpenSSL_version(OPENSSL_VERSION);
}
