/* login.c: authenticates users. */
#include "config.h"

#include "lib/service/login.h"

#include <string.h>

#include "lib/base/crypt.h"
#include "lib/service/jwt.h"
#include "lib/service/login_limit.h"
#include "lib/service/password.h"

const char login_all_scopes[] = "read write link admin";

bool login_by_password(struct identity *who, struct work *work,
		       const char *username, const char *password)
{
	struct identity found = { .scopes = login_all_scopes };
	struct login_limit limit;
	bool exists;

	if (strlen(password) > PASSWORD_MAX)
		return password_wrong(work);
	exists = user_by_name(&found.user, work, username);
	if (!exists && work->err != ERR_NOT_FOUND)
		return false;
	login_limit_init(&limit, work, exists ? found.user.username : username,
			 exists ? &found.user : NULL);
	if (!login_limit_check(work, &limit))
		return false;
	if (!exists || found.user.disabled_at)
		return password_refuse(work, &limit, password);
	if (!password_check(work, &limit, &found.user, password) ||
	    !password_upgrade(&found.user, work, &limit, password) ||
	    !tier_find(&found.tier, work, found.user.tier_id))
		return false;
	login_limit_remember(work, &found.user);
	*who = found;
	return true;
}

bool login_by_secret(struct identity *who, struct work *work,
		     enum token_kind kind, const char *secret)
{
	struct identity found;
	uint8_t hash[TOKEN_HASH_SIZE];

	crypt_sha256(hash, secret, strlen(secret));
	if (!token_by_hash(&found.token, &found.user, &found.tier, work,
			   hash)) {
		if (work->err == ERR_NOT_FOUND)
			fail(work, ERR_UNAUTHENTICATED,
			     "the token is unknown or has expired");
		return false;
	}
	if (found.token.kind != kind || found.user.disabled_at)
		return fail(work, ERR_UNAUTHENTICATED,
			    "the token is unknown or has expired");
	found.scopes = found.token.scopes;
	if (!token_touch(work, &found.token))
		return false;
	*who = found;
	return true;
}

static bool open_jwt(struct identity *who, struct work *work, const char *text,
		     enum jwt_type type)
{
	struct identity found = { .scopes = "read write link" };
	struct jwt jwt;

	if (!jwt_open(&jwt, work, text, type))
		return false;
	if (!tier_of_user(&found.user, &found.tier, work, jwt.user_id))
		return work->err == ERR_NOT_FOUND &&
		       fail(work, ERR_UNAUTHENTICATED,
			    "the user does not exist any more: sign in again");
	if (found.user.disabled_at || found.user.deleted_at)
		return fail(work, ERR_UNAUTHENTICATED,
			    "the token is unknown or has expired");
	if (!jwt_check_user(&jwt, work, &found.user))
		return false;
	if (found.user.is_admin)
		found.scopes = login_all_scopes;
	*who = found;
	return true;
}

bool login_by_jwt(struct identity *who, struct work *work, const char *access)
{
	return open_jwt(who, work, access, JWT_ACCESS);
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
	struct identity who;

	return open_jwt(&who, work, refresh, JWT_REFRESH) &&
	       jwt_make(access, work, &who.user, JWT_ACCESS);
}

bool login_anonymous(struct identity *who, struct work *work)
{
	struct identity found = { .scopes = "read write" };

	if (!tier_of_user(&found.user, &found.tier, work, user_anonymous))
		return false;
	if (found.user.disabled_at)
		return fail(work, ERR_FORBIDDEN,
			    "this service requires authentication");
	*who = found;
	return true;
}
