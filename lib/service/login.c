/* login.c: authenticates users. */
#include "config.h"

#include "lib/service/login.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "lib/base/clock.h"
#include "lib/base/conf.h"
#include "lib/base/crypt.h"
#include "lib/base/pool.h"
#include "lib/base/text.h"
#include "lib/service/jwt.h"
#include "lib/service/login_limit.h"
#include "lib/service/password_kinds.h"

enum { CACHE_SLOTS = 256, CACHE_MS = 60000, SECRET_SIZE = 32 };

static const char all_scopes[] = "read write link admin";

struct login_cache {
	struct password_kinds kinds;
	uint8_t key[CRYPT_SHA256_SIZE];
	struct {
		uint8_t digest[CRYPT_SHA256_SIZE];
		int64_t until_ms;
	} slots[CACHE_SLOTS];
};

/* Forked children find zeros here. */
struct login_cache *login_cache_new(void)
{
	struct login_cache *cache =
		mmap(NULL, sizeof(*cache), PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (cache == MAP_FAILED ||
	    madvise(cache, sizeof(*cache), MADV_WIPEONFORK))
		abort();
	crypt_random(cache->key, sizeof(cache->key));
	return cache;
}

void login_cache_free(struct login_cache *cache)
{
	munmap(cache, sizeof(*cache));
}

/* Includes the stored hash, so a new password invalidates the entries of the
   old one. */
static void digest_of(uint8_t digest[CRYPT_SHA256_SIZE],
		      const struct login_cache *cache, struct pool *pool,
		      const struct user *user, const char *password)
{
	char *text = pool_printf(pool, "%s\n%s\n%s", UUID_TEXT(user->id),
				 user->password, password);

	crypt_hmac_sha256(digest, cache->key, sizeof(cache->key), text,
			  strlen(text));
	explicit_bzero(text, strlen(text));
}

static bool wrong(struct work *work)
{
	return fail(work, ERR_WRONG_CREDENTIALS,
		    "no user has this name and this password");
}

/* `hash` is NULL if the user does not exist. The login counts as a failure only
   while it holds a turn, so even with many concurrent correct logins at most
   password_jobs of them are counted. */
static bool verify(struct work *work, const struct login_limit *limit,
		   const char *password, const char *hash)
{
	struct password_kinds fresh = { 0 };
	struct password_kinds *kinds =
		work->logins ? &work->logins->kinds : &fresh;
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
			wrong(work);
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

static bool check_password(struct work *work, const struct login_limit *limit,
			   const struct user *user, const char *password)
{
	struct login_cache *cache = work->logins;
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

/* ERR_CONFLICT: another login has upgraded the hash, or the password has
   changed. */
static bool upgrade_hash(struct user *user, struct work *work,
			 const struct login_limit *limit, const char *password)
{
	if (crypt_password_is_current(user->password,
				      work->conf->password_cost) ||
	    set_hash(&user->password, work, user, password))
		return true;
	return work->err == ERR_CONFLICT && user_find(user, work, user->id) &&
	       verify(work, limit, password, user->password) &&
	       (!user->disabled_at || wrong(work));
}

bool login_by_password(struct identity *who, struct work *work,
		       const char *username, const char *password)
{
	struct identity found = { .scopes = all_scopes };
	struct login_limit limit;
	bool exists;

	if (strlen(password) > LOGIN_PASSWORD_MAX)
		return wrong(work);
	exists = user_by_name(&found.user, work, username);
	if (!exists && work->err != ERR_NOT_FOUND)
		return false;
	login_limit_init(&limit, work, exists ? found.user.username : username,
			 exists ? &found.user : NULL);
	if (!login_limit_check(work, &limit))
		return false;
	if (!exists || found.user.disabled_at)
		return verify(work, &limit, password, NULL) && wrong(work);
	if (!check_password(work, &limit, &found.user, password) ||
	    !upgrade_hash(&found.user, work, &limit, password) ||
	    !tier_find(&found.tier, work, found.user.tier_id))
		return false;
	login_limit_remember(work, &found.user);
	*who = found;
	return true;
}

bool login_by_secret(struct identity *who, struct work *work, const char *kind,
		     const char *secret)
{
	struct identity found;
	uint8_t hash[TOKEN_HASH_SIZE];

	crypt_sha256(hash, secret, strlen(secret));
	if (!token_by_hash(&found.token, work, hash)) {
		if (work->err == ERR_NOT_FOUND)
			fail(work, ERR_UNAUTHENTICATED,
			     "the token is unknown or has expired");
		return false;
	}
	if (!user_find(&found.user, work, found.token.user_id))
		return false;
	if (strcmp(found.token.kind, kind) || found.user.disabled_at)
		return fail(work, ERR_UNAUTHENTICATED,
			    "the token is unknown or has expired");
	found.scopes = found.token.scopes;
	if (!tier_find(&found.tier, work, found.user.tier_id) ||
	    !token_touch(work, &found.token))
		return false;
	*who = found;
	return true;
}

static bool open_jwt(struct user *user, struct work *work, const char *text,
		     enum jwt_type type)
{
	struct jwt jwt;
	struct user found;

	if (!jwt_open(&jwt, work, text, type))
		return false;
	if (!user_find(&found, work, jwt.user_id))
		return work->err == ERR_NOT_FOUND &&
		       fail(work, ERR_UNAUTHENTICATED,
			    "the user does not exist any more: sign in again");
	if (found.disabled_at || found.deleted_at)
		return fail(work, ERR_UNAUTHENTICATED,
			    "the token is unknown or has expired");
	if (!jwt_check_user(&jwt, work, &found))
		return false;
	*user = found;
	return true;
}

bool login_by_jwt(struct identity *who, struct work *work, const char *access)
{
	struct identity found = { .scopes = "read write link" };

	if (!open_jwt(&found.user, work, access, JWT_ACCESS) ||
	    !tier_find(&found.tier, work, found.user.tier_id))
		return false;
	if (found.user.is_admin)
		found.scopes = all_scopes;
	*who = found;
	return true;
}

bool login_start_jwt(const char **access, const char **refresh,
		     struct work *work, const char *username,
		     const char *password)
{
	struct identity who;

	return login_by_password(&who, work, username, password) &&
	       jwt_make(access, work, &who.user, JWT_ACCESS) &&
	       jwt_make(refresh, work, &who.user, JWT_REFRESH);
}

bool login_refresh_jwt(const char **access, struct work *work,
		       const char *refresh)
{
	struct user user;

	return open_jwt(&user, work, refresh, JWT_REFRESH) &&
	       jwt_make(access, work, &user, JWT_ACCESS);
}

bool login_anonymous(struct identity *who, struct work *work)
{
	struct identity found = { .scopes = "read write" };

	if (!user_find(&found.user, work, user_anonymous))
		return false;
	if (found.user.disabled_at)
		return fail(work, ERR_FORBIDDEN,
			    "this service requires authentication");
	if (!tier_find(&found.tier, work, found.user.tier_id))
		return false;
	*who = found;
	return true;
}

static bool add_secret(struct token *token, const char **secret,
		       struct work *work, const char *prefix,
		       int64_t expires_in)
{
	uint8_t random[SECRET_SIZE], hash[TOKEN_HASH_SIZE];
	const char *made;

	crypt_random(random, sizeof(random));
	made = pool_printf(work->pool, "%s%s", prefix,
			   text_base64url(work->pool, random, sizeof(random)));
	crypt_sha256(hash, made, strlen(made));
	if (!token_add(token, work, hash, expires_in))
		return false;
	*secret = made;
	return true;
}

/* A change of the password deletes the user's sessions, but may have missed
   this one. */
static bool check_same(struct work *work, const struct user *user,
		       const struct token *token)
{
	struct user now;

	if (!user_find(&now, work, user->id))
		return false;
	if (!strcmp(now.password, user->password))
		return true;
	return (token_drop(work, user->id, token->id) ||
		work->err == ERR_NOT_FOUND) &&
	       wrong(work);
}

bool login_start_session(const char **secret, struct work *work,
			 struct identity *who)
{
	struct token token = {
		.user_id = who->user.id,
		.kind = "session",
		.name = "",
		.scopes = all_scopes,
	};

	if (!add_secret(&token, secret, work, "", work->conf->session_ttl) ||
	    !check_same(work, &who->user, &token))
		return false;
	who->token = token;
	return true;
}

const char *login_csrf(struct pool *pool, const char *secret)
{
	static const char purpose[] = "csrf";
	uint8_t mac[CRYPT_SHA256_SIZE];

	crypt_hmac_sha256(mac, secret, strlen(secret), purpose,
			  sizeof(purpose) - 1);
	return text_base64url(pool, mac, sizeof(mac));
}

bool login_add_token(struct token *token, const char **secret,
		     struct work *work, struct uuid user_id, const char *name,
		     const char *scopes, int64_t expires_in)
{
	struct token made = {
		.user_id = user_id,
		.kind = "api",
		.name = name,
		.scopes = scopes,
	};

	if (!add_secret(&made, secret, work, "px_", expires_in))
		return false;
	*token = made;
	return true;
}

bool login_check_password(struct work *work, const char *field,
			  const char *password)
{
	size_t len = strlen(password);

	if (len < LOGIN_PASSWORD_MIN || len > LOGIN_PASSWORD_MAX)
		return fail_field(work, field, "%s: %d to %d bytes, not %zu",
				  field, LOGIN_PASSWORD_MIN, LOGIN_PASSWORD_MAX,
				  len);
	return true;
}

bool login_set_password(struct work *work, const struct user *user,
			const char *password, struct uuid except)
{
	const char *hash;

	if (!set_hash(&hash, work, user, password))
		return work->err == ERR_CONFLICT && wrong(work);
	return token_drop_sessions(work, user->id, except);
}
