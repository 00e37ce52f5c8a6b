/* password_kinds.c: makes every refused password take the same time. */
#include "config.h"

#include "lib/service/password_kinds.h"

#include <stdio.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/conf.h"
#include "lib/base/pool.h"
#include "lib/base/text.h"
#include "lib/model/user.h"
#include "lib/process/metric.h"

enum { READ_MS = 60000 };

static void add(struct password_kinds *kinds, const char *kind)
{
	for (size_t i = 0; i < kinds->count; i++)
		if (!strcmp(kinds->kinds[i], kind))
			return;
	if (kinds->count < ARRAY_LEN(kinds->kinds))
		snprintf(kinds->kinds[kinds->count++], sizeof(kinds->kinds[0]),
			 "%s", kind);
}

/* Returns a text that sorts after all hashes of `kind`. Kinds such as "$5$"
   include hashes with "rounds=", which sort between the others of the kind, so
   the search stops there once. */
static const char *end_of(struct pool *pool, const char *kind, const char *hash)
{
	const char *rounds = pool_printf(pool, "%srounds=", kind);

	if (strlen(kind) == 3 && strcmp(hash, rounds) < 0)
		return rounds;
	return pool_printf(pool, "%s\x7f", kind);
}

/* Skips from kind to kind, so that each kind costs one lookup in the index. */
bool password_kinds_read(struct password_kinds *kinds, struct work *work)
{
	struct password_kinds found = { 0 };
	char kind[CRYPT_KIND_SIZE];
	const char *hash = "$";

	if (kinds->until_ms > clock_monotonic_ms())
		return true;
	crypt_password_kind(kind, NULL, work->conf->password_cost);
	add(&found, kind);
	for (size_t i = 0; i < 2 * PASSWORD_KINDS_MAX; i++) {
		if (!user_next_hash(&hash, work, hash))
			return false;
		if (!hash || *hash != '$')
			break;
		crypt_password_kind(kind, hash, work->conf->password_cost);
		add(&found, kind);
		hash = text_starts(hash, kind) ? end_of(work->pool, kind, hash)
					       : hash;
	}
	found.until_ms = clock_monotonic_ms() + READ_MS;
	*kinds = found;
	return true;
}

bool password_kinds_verify(const struct password_kinds *kinds,
			   const char *password, const char *hash, long cost)
{
	char own[CRYPT_KIND_SIZE];

	crypt_password_kind(own, hash, cost);
	metric_add(METRIC_PASSWORD_HASHES, own, 1);
	if (crypt_password_verify(password, hash, cost))
		return true;
	for (size_t i = 0; i < kinds->count; i++)
		if (strcmp(kinds->kinds[i], own) &&
		    crypt_password_spend(password, kinds->kinds[i]))
			metric_add(METRIC_PASSWORD_HASHES, kinds->kinds[i], 1);
	return false;
}
