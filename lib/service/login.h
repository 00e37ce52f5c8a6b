#ifndef LIB_SERVICE_LOGIN_H
#define LIB_SERVICE_LOGIN_H

#include <stdint.h>

#include "lib/base/work.h"
#include "lib/model/tier.h"
#include "lib/model/token.h"
#include "lib/model/user.h"

/* The user that a request is authenticated as. */
struct identity {
	struct user user;
	struct tier tier;
	struct token token; /* nil id with Basic authentication */
	const char *scopes; /* words out of "read write link admin" */
};

/* The scopes after a login with a password. */
extern const char login_all_scopes[];

/* Authenticates by a password. ERR_WRONG_CREDENTIALS for a wrong password, an
   unknown user and a disabled user, in the same time for all three.
   ERR_RATE_LIMITED, whatever the password, after too many failures or while too
   many other passwords are checked (login_limit.h). Replaces a password hash of
   an outdated kind. */
bool login_by_password(struct identity *who, struct work *work,
		       const char *username, const char *password) MUST_CHECK;

/* Authenticates by an API token ("px_...") or a session's secret.
   ERR_UNAUTHENTICATED. */
bool login_by_secret(struct identity *who, struct work *work,
		     enum token_kind kind, const char *secret) MUST_CHECK;

/*
 * JSON Web Tokens (jwt.h). login_by_jwt() authenticates by an access token,
 * which has all scopes of the user, "admin" only if is_admin is set;
 * ERR_UNAUTHENTICATED. login_start_jwt() makes both tokens from a name and a
 * password and fails as login_by_password() does. login_refresh_jwt() makes a
 * new access token from a refresh token. Tokens of a user that is disabled or
 * has changed the password are invalid.
 */
bool login_by_jwt(struct identity *who, struct work *work,
		  const char *access) MUST_CHECK;
bool login_start_jwt(const char **access, const char **refresh,
		     struct work *work, const char *username,
		     const char *password) MUST_CHECK;
bool login_refresh_jwt(const char **access, struct work *work,
		       const char *refresh) MUST_CHECK;

/* Authenticates as the user `anonymous`. ERR_FORBIDDEN if an administrator has
   disabled it. */
bool login_anonymous(struct identity *who, struct work *work) MUST_CHECK;

#endif
