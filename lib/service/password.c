/* password.c: checks, sets and upgrades the passwords of users. */
#include "config.h"

#include "lib/service/password.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "lib/base/clock.h"
#include "lib/base/conf.h"
#include "lib/base/crypt.h"
#include "lib/base/pool.h"
#include "lib/model/token.h"
#include "lib/service/login_limit.h"
#include "lib/service/password_kinds.h"

enum { CACHE_SLOTS = 256, CACHE_MS = 60000 };

struct password_cache {
	struct password_kinds kinds;
	uint8_t key[CRYPT_SHA256_SIZE];
	struct {
		uint8_t digest[CRYPT_SHA256_SIZE];
		int64_t until_ms;
	} slots[CACHE_SLOTS];
};

/* Forked children find zeros here. */
struct password_cache *password_cache_new(void)
{
	struct password_cache *cache =
		mmap(NULL, sizeof(*cache), PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (cache == MAP_FAILED ||
	    madvise(cache, sizeof(*cache), MADV_WIPEONFORK))
		abort();
	crypt_random(cache->key, sizeof(cache->key));
	return cache;
}

void password_cache_free(struct password_cache *cache)
{
	munmap(cache, sizeof(*cache));
}

/* Includes the stored hash, so a new password invalidates the entries of the
   old one. */
static void digest_of(uint8_t digest[CRYPT_SHA256_SIZE],
		      const struct password_cache *cache, struct pool *pool,
		      const struct user *user, const char *password)
{
	char *text = pool_printf(pool, "%s\n%s\n%s", UUID_TEXT(user->id),
				 user->password, password);

	crypt_hmac_sha256(digest, cache->key, sizeof(cache->key), text,
			  strlen(text));
	explicit_bzero(text, strlen(text));
}

bool password_wrong(struct work *work)
{
	return fail(work, ERR_WRONG_CREDENTIALS,
		    "no user has this name and this password");
}

/* `hash` is NULL if the user does not exist. The login counts as a failure only
   while it holds a slot, so even with many concurrent correct logins at most
   password_jobs of them are counted. */
static bool verify(struct work *work, const struct login_limit *limit,
		   const char *password, const char *hash)
{
	struct password_kinds fresh = { 0 };
	struct password_kinds *kinds =
		work->passwords ? &work->passwords->kinds : &fresh;
	struct login_slot slot;
	bool right = false;

	if (!password_kinds_read(kinds, work) ||
	    !login_slot_take(&slot, work, limit->is_known))
		return false;
	if (login_limit_count(work, limit)) {
		right = password_kinds_verify(kinds, password, hash,
					      work->conf->password_cost);
		if (right)
			login_limit_forgive(work, limit);
		else
			password_wrong(work);
	}
	login_slot_give(work, &slot);
	return right;
}

/* Replaces the hash only if the verified password is still the user's, so that
   a change of the password during the hashing is not lost. */
static bool set_hash(const char **hash, struct work *work,
		     const struct user *user, const char *password)
{
	struct login_slot slot;
	const char *made;

	/* The user has just sent the correct password, so the client counts as
	   known. */
	if (!login_slot_take(&slot, work, true))
		return false;
	made = crypt_password_hash(work->pool, password,
				   work->conf->password_cost);
	login_slot_give(work, &slot);
	if (!user_update(work, user->id,
			 &(struct user_change){
				 .password = made,
				 .old_password = user->password,
			 }))
		return false;
	*hash = made;
	return true;
}

bool password_check(struct work *work, const struct login_limit *limit,
		    const struct user *user, const char *password)
{
	struct password_cache *cache = work->passwords;
	uint8_t digest[CRYPT_SHA256_SIZE];
	size_t slot;

	if (!cache)
		return verify(work, limit, password, user->password);
	digest_of(digest, cache, work->pool, user, password);
	slot = digest[0] % CACHE_SLOTS;
	if (cache->slots[slot].until_ms > clock_monotonic_ms() &&
	    crypt_equal(cache->slots[slot].digest, digest, sizeof(digest)))
		return true;
	if (!verify(work, limit, password, user->password))
		return false;
	memcpy(cache->slots[slot].digest, digest, sizeof(digest));
	cache->slots[slot].until_ms = clock_monotonic_ms() + CACHE_MS;
	return true;
}

bool password_refuse(struct work *work, const struct login_limit *limit,
		     const char *password)
{
	return verify(work, limit, password, NULL) && password_wrong(work);
}

/* ERR_CONFLICT: another login has upgraded the hash, or the password has
   changed. */
bool password_upgrade(struct user *user, struct work *work,
		      const struct login_limit *limit, const char *password)
{
	if (crypt_password_is_current(user->password,
				      work->conf->password_cost) ||
	    set_hash(&user->password, work, user, password))
		return true;
	return work->err == ERR_CONFLICT && user_find(user, work, user->id) &&
	       verify(work, limit, password, user->password) &&
	       (!user->disabled_at || password_wrong(work));
}

bool password_check_length(struct work *work, const char *field,
			   const char *password)
{
	size_t len = strlen(password);

	if (len < PASSWORD_MIN || len > PASSWORD_MAX)
		return fail_field(work, field, "%s: %d to %d bytes, not %zu",
				  field, PASSWORD_MIN, PASSWORD_MAX, len);
	return true;
}

bool password_set(struct work *work, const struct user *user,
		  const char *password, struct uuid except)
{
	const char *hash;

	if (!set_hash(&hash, work, user, password))
		return work->err == ERR_CONFLICT && password_wrong(work);
	return token_drop_sessions(work, user->id, except);
}
