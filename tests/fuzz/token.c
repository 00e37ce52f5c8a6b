/* token.c: fuzzes the tokens of signed URLs and JSON Web Tokens: none is taken
   that was not made here, and of a JSON Web Token signed here, whatever it
   says, none that does not say all. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/conf.h"
#include "lib/base/crypt.h"
#include "lib/base/pool.h"
#include "lib/base/text.h"
#include "lib/service/jwt.h"
#include "lib/service/keyring.h"
#include "lib/service/link.h"
#include "tests/lib/fuzz.h"

static struct keyring *keys;
static struct conf conf;
static char path[64];

static void remove_keys(void)
{
	unlink(path);
}

static void make_keys(void)
{
	struct work work = { .conf = &conf, .pool = pool_new() };
	struct key key;

	snprintf(path, sizeof(path), "/tmp/pixtier-fuzz.%d", (int)getpid());
	conf_init(&conf);
	conf.keys_file = path;
	keys = work.keys = keyring_new(&conf);
	expect(keyring_rotate(&key, &work, 0));
	atexit(remove_keys);
	pool_free(work.pool);
}

static void fuzz_share(struct work *work, char *token)
{
	struct signed_link signed_link;
	char *name = strchr(token, '/');

	if (name)
		*name++ = '\0';
	expect(!link_open(&signed_link, work, token, name ? name : "x.jpg"));
	expect(work->err == ERR_BAD_SIGNATURE);
}

static void fuzz_jwt(struct work *work, const char *token)
{
	struct jwt jwt;

	expect(!jwt_open(&jwt, work, token, JWT_ACCESS));
	expect(work->err == ERR_UNAUTHENTICATED);
}

/* Its two parts as they are before base64url, with a newline between, signed by
   the key that is in use. */
static void fuzz_signed_jwt(struct work *work, const char *parts)
{
	struct pool *pool = work->pool;
	size_t len = strcspn(parts, "\n");
	const char *claims = parts + len + (parts[len] == '\n');
	const char *said =
		pool_printf(pool, "%s.%s", text_base64url(pool, parts, len),
			    text_base64url(pool, claims, strlen(claims)));
	uint8_t secret[CRYPT_SHA256_SIZE], mac[CRYPT_SHA256_SIZE];
	struct jwt jwt;
	struct key key;

	expect(keyring_signer(&key, work));
	crypt_hmac_sha256(secret, key.secret, KEY_SIZE, "jwt", 3);
	crypt_hmac_sha256(mac, secret, sizeof(secret), said, strlen(said));
	said = pool_printf(pool, "%s.%s", said,
			   text_base64url(pool, mac, sizeof(mac)));
	if (!jwt_open(&jwt, work, said, JWT_ACCESS)) {
		expect(work->err == ERR_UNAUTHENTICATED);
		return;
	}
	expect(jwt.expires_at > time(NULL) && jwt.key_id == key.id && *jwt.id);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct work work = { .conf = &conf };
	const char *text;

	if (!keys)
		make_keys();
	work.pool = pool_new();
	work.keys = keys;
	text = pool_strndup(work.pool, (const char *)data, size);
	fuzz_share(&work, pool_strdup(work.pool, text));
	fuzz_jwt(&work, text);
	fuzz_signed_jwt(&work, text);
	pool_free(work.pool);
	return 0;
}
