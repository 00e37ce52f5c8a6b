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

enum { LOGIN_PASSWORD_MIN = 8, LOGIN_PASSWORD_MAX = 511 };

/* Authenticates by a password. ERR_WRONG_CREDENTIALS for a wrong password, an
   unknown user and a disabled user, in the same time for all three.
   ERR_RATE_LIMITED, whatever the password, after too many failures or while too
   many other passwords are checked (login_limit.h). Replaces a password hash of
   an outdated kind. */
bool login_by_password(struct identity *who, struct work *work,
		       const char *username, const char *password) MUST_CHECK;

/* Authenticates by an API token ("px_...") or a session's secret.
   ERR_UNAUTHENTICATED. */
bool login_by_secret(struct identity *who, struct work *work, const char *kind,
		     const char *secret) MUST_CHECK;

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

/* Starts a session; the secret goes into the cookie. ERR_WRONG_CREDENTIALS if
   the password has changed since it was verified. */
bool login_start_session(const char **secret, struct work *work,
			 struct identity *who) MUST_CHECK;

/* Returns the value that X-Pixtier-CSRF must have for a request with that
   session's cookie. */
const char *login_csrf(struct pool *pool, const char *secret);

/* Adds an API token; `secret` is shown once. */
bool login_add_token(struct token *token, const char **secret,
		     struct work *work, struct uuid user_id, const char *name,
		     const char *scopes, int64_t expires_in) MUST_CHECK;

/* ERR_INVALID_FIELD, naming `field`, if the password is too short or too
   long. */
bool login_check_password(struct work *work, const char *field,
			  const char *password) MUST_CHECK;

/* Sets a new password and deletes the user's sessions except `except`. The
   caller has just verified the old password; ERR_WRONG_CREDENTIALS if it has
   changed since. */
bool login_set_password(struct work *work, const struct user *user,
			const char *password, struct uuid except) MUST_CHECK;

/* A cache of recent correct logins, so that Basic authentication does not hash
   a password for each request. It stores keyed digests, not passwords. */
struct login_cache *login_cache_new(void);
void login_cache_free(struct login_cache *cache);

#endif
