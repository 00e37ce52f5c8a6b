#ifndef LIB_SERVICE_LOGIN_H
#define LIB_SERVICE_LOGIN_H

#include <stdint.h>

#include "lib/base/work.h"
#include "lib/model/tier.h"
#include "lib/model/token.h"
#include "lib/model/user.h"

/* Who a request is from. */
struct identity {
	struct user user;
	struct tier tier;
	struct token token; /* nil id after Basic */
	const char *scopes; /* words of "read write link admin" */
};

enum { LOGIN_PASSWORD_MIN = 8, LOGIN_PASSWORD_MAX = 511 };

/* ERR_WRONG_CREDENTIALS, in the same time, for a wrong password, an unknown
   user and a disabled one; ERR_RATE_LIMITED, whatever the password, after too
   many of these or while too many others are checked (login_limit.h). A
   password hash of an older kind is replaced. */
bool login_by_password(struct identity *who, struct work *work,
		       const char *username, const char *password) MUST_CHECK;

/* An API token ("px_...") or a session's secret. ERR_UNAUTHENTICATED. */
bool login_by_secret(struct identity *who, struct work *work, const char *kind,
		     const char *secret) MUST_CHECK;

/*
 * JSON Web Tokens (jwt.h). An access token is as good as its user, who is an
 * administrator only with is_admin; ERR_UNAUTHENTICATED. Two come of a name and
 * a password, failing as login_by_password() does, and another access token of
 * the refresh token. Those of a user who is disabled, or has a new password,
 * are refused.
 */
bool login_by_jwt(struct identity *who, struct work *work,
		  const char *access) MUST_CHECK;
bool login_start_jwt(const char **access, const char **refresh,
		     struct work *work, const char *username,
		     const char *password) MUST_CHECK;
bool login_refresh_jwt(const char **access, struct work *work,
		       const char *refresh) MUST_CHECK;

/* The built-in user of clients that know no users; ERR_FORBIDDEN when an
   administrator has disabled it. */
bool login_anonymous(struct identity *who, struct work *work) MUST_CHECK;

/* A new session; the secret goes into the cookie. ERR_WRONG_CREDENTIALS when
   the password has been changed since it was right. */
bool login_start_session(const char **secret, struct work *work,
			 struct identity *who) MUST_CHECK;

/* What X-Pixtier-CSRF must be with that session's cookie. */
const char *login_csrf(struct pool *pool, const char *secret);

/* A new API token, shown once. */
bool login_add_token(struct token *token, const char **secret,
		     struct work *work, struct uuid user_id, const char *name,
		     const char *scopes, int64_t expires_in) MUST_CHECK;

/* ERR_INVALID_FIELD when it is too short or too long, naming `field`. */
bool login_check_password(struct work *work, const char *field,
			  const char *password) MUST_CHECK;

/* Sets a new password and ends the user's sessions but `except`; for a user
   whose password was just seen to be right, and ERR_WRONG_CREDENTIALS when it
   has been changed since. */
bool login_set_password(struct work *work, const struct user *user,
			const char *password, struct uuid except) MUST_CHECK;

/* Passwords that were right lately, so that Basic authentication does not cost
   a hash with each request. It keeps keyed digests, no passwords. */
struct login_cache *login_cache_new(void);
void login_cache_free(struct login_cache *cache);

#endif
