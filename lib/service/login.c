/* login.c: finds out who somebody is. */
#include "config.h"

#include "lib/service/login.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "lib/base/bucket.h"
#include "lib/base/clock.h"
#include "lib/base/conf.h"
#include "lib/base/crypt.h"
#include "lib/base/metric.h"
#include "lib/base/pool.h"
#include "lib/base/text.h"
#include "lib/base/turn.h"
#include "lib/service/jwt.h"

enum { CACHE_SLOTS = 256, CACHE_MS = 60000, SECRET_SIZE = 32, TURN_MS = 2000 };

static const char all_scopes[] = "read write link admin";

struct login_cache {
	uint8_t key[CRYPT_SHA256_SIZE];
	struct {
		uint8_t digest[CRYPT_SHA256_SIZE];
		int64_t until_ms;
	} slots[CACHE_SLOTS];
};

/* Wiped in children that are forked from here. */
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

/* Over the stored hash too: a new password ends what was known of the old. */
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

/* Each hash takes a core and much memory for a while. */
static bool take_turn(long *turn, struct work *work)
{
	long jobs = work->conf->password_jobs;

	*turn = -1;
	if (!work->turns || turn_take(turn, work->turns, jobs, TURN_MS))
		return true;
	metric_add(METRIC_RATE_LIMITED, "passwords", 1);
	return fail(work, ERR_RATE_LIMITED,
		    "at most %ld passwords are checked at once", jobs);
}

static void give_turn(struct work *work, long turn)
{
	if (turn >= 0)
		turn_give(work->turns, turn);
}

/* How many failed logins may pass: by name and by address. */
struct failures {
	struct bucket buckets[2];
};

/* The database takes names of either case for one. */
static struct failures failures_of(struct work *work, const char *username)
{
	const struct conf *conf = work->conf;
	const char *address = work->address ? work->address : "";

	return (struct failures){ {
		{ "login_user", text_lower(work->pool, username),
		  "wrong passwords for a user", conf->login_failures_user,
		  conf->login_window },
		{ "login_address", bucket_network(work->pool, address),
		  "wrong passwords from an address",
		  conf->login_failures_address, conf->login_window },
	} };
}

static bool may_fail(struct work *work, const struct failures *failures)
{
	for (size_t i = 0; i < ARRAY_LEN(failures->buckets); i++)
		if (failures->buckets[i].limit &&
		    !bucket_would_pass(work, &failures->buckets[i]))
			return false;
	return true;
}

static void put_back(struct work *work, const struct failures *failures,
		     size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (failures->buckets[i].limit && work->buckets)
			bucket_give(work->buckets, &failures->buckets[i],
				    clock_monotonic_ms());
}

/* Counts a failure before it is known to be one, so that many at once do not
   get past the limit together. */
static bool expect_failure(struct work *work, const struct failures *failures)
{
	struct bucket_state state;

	for (size_t i = 0; i < ARRAY_LEN(failures->buckets); i++)
		if (failures->buckets[i].limit &&
		    !bucket_pass(&state, work, &failures->buckets[i])) {
			put_back(work, failures, i);
			return false;
		}
	return true;
}

/* `hash` is NULL for users that there are not. Only while it has a turn does
   this count as a failure: however many right ones come at once, no more than
   password_jobs of them do. */
static bool verify(struct work *work, const struct failures *failures,
		   const char *password, const char *hash)
{
	bool right = false;
	long turn;

	if (!take_turn(&turn, work))
		return false;
	if (expect_failure(work, failures)) {
		right = crypt_password_verify(password, hash,
					      work->conf->password_cost);
		if (right)
			put_back(work, failures, ARRAY_LEN(failures->buckets));
		else
			wrong(work);
	}
	give_turn(work, turn);
	return right;
}

/* Only if the password that was right is still the user's: whoever changes it
   while this one is hashed has the last word. */
static bool set_hash(const char **hash, struct work *work,
		     const struct user *user, const char *password)
{
	const char *made;
	long turn;

	if (!take_turn(&turn, work))
		return false;
	made = crypt_password_hash(work->pool, password,
				   work->conf->password_cost);
	give_turn(work, turn);
	if (!user_update(work, user->id,
			 &(struct user_change){
				 .password = made,
				 .old_password = user->password,
			 }))
		return false;
	*hash = made;
	return true;
}

static bool check_password(struct work *work, const struct failures *failures,
			   const struct user *user, const char *password)
{
	struct login_cache *cache = work->logins;
	uint8_t digest[CRYPT_SHA256_SIZE];
	size_t slot;

	if (!cache)
		return verify(work, failures, password, user->password);
	digest_of(digest, cache, work->pool, user, password);
	slot = digest[0] % CACHE_SLOTS;
	if (cache->slots[slot].until_ms > clock_monotonic_ms() &&
	    crypt_equal(cache->slots[slot].digest, digest, sizeof(digest)))
		return true;
	if (!verify(work, failures, password, user->password))
		return false;
	memcpy(cache->slots[slot].digest, digest, sizeof(digest));
	cache->slots[slot].until_ms = clock_monotonic_ms() + CACHE_MS;
	return true;
}

/* Another login may have done it first, or the password is another one now. */
static bool upgrade_hash(struct user *user, struct work *work,
			 const struct failures *failures, const char *password)
{
	if (crypt_password_is_current(user->password,
				      work->conf->password_cost) ||
	    set_hash(&user->password, work, user, password))
		return true;
	return work->err == ERR_CONFLICT && user_find(user, work, user->id) &&
	       verify(work, failures, password, user->password) &&
	       (!user->disabled_at || wrong(work));
}

bool login_by_password(struct identity *who, struct work *work,
		       const char *username, const char *password)
{
	struct identity found = { .scopes = all_scopes };
	struct failures failures;
	bool known;

	if (strlen(password) > LOGIN_PASSWORD_MAX)
		return wrong(work);
	known = user_by_name(&found.user, work, username);
	if (!known && work->err != ERR_NOT_FOUND)
		return false;
	failures = failures_of(work, known ? found.user.username : username);
	if (!may_fail(work, &failures))
		return false;
	if (!known || found.user.disabled_at)
		return verify(work, &failures, password, NULL) && wrong(work);
	if (!check_password(work, &failures, &found.user, password) ||
	    !upgrade_hash(&found.user, work, &failures, password) ||
	    !tier_find(&found.tier, work, found.user.tier_id))
		return false;
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
		       fail(work, ERR_UNAUTHENTICATED, "the user is gone");
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
			    "this service is for users who sign in");
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

/* A new password has ended the user's sessions, but may not have seen this
   one. */
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
