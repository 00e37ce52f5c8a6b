#ifndef LIB_SERVICE_PASSWORD_H
#define LIB_SERVICE_PASSWORD_H

#include "lib/base/work.h"
#include "lib/model/user.h"

struct login_limit;

/* Bounds of a new password, in bytes. */
enum { PASSWORD_MIN = 8, PASSWORD_MAX = 511 };

/* Fails with ERR_WRONG_CREDENTIALS. The text does not tell whether the user
   exists. */
bool password_wrong(struct work *work);

/* Checks the password of a user, and counts a wrong one (login_limit.h).
   ERR_WRONG_CREDENTIALS, ERR_RATE_LIMITED. password_refuse() is for a user that
   does not exist or is disabled: it always fails, in the same time as for a
   wrong password. */
bool password_check(struct work *work, const struct login_limit *limit,
		    const struct user *user, const char *password) MUST_CHECK;
bool password_refuse(struct work *work, const struct login_limit *limit,
		     const char *password);

/* Replaces a hash of an outdated kind or cost. The password has just been
   checked; ERR_WRONG_CREDENTIALS if it has changed since. */
bool password_upgrade(struct user *user, struct work *work,
		      const struct login_limit *limit,
		      const char *password) MUST_CHECK;

/* ERR_INVALID_FIELD, naming `field`, if the password is too short or too
   long. */
bool password_check_length(struct work *work, const char *field,
			   const char *password) MUST_CHECK;

/* Sets a new password and deletes the user's sessions except `except`. The
   caller has just checked the old password; ERR_WRONG_CREDENTIALS if it has
   changed since. */
bool password_set(struct work *work, const struct user *user,
		  const char *password, struct uuid except) MUST_CHECK;

/* A cache of recent correct passwords, so that Basic authentication does not
   hash a password for each request. It stores keyed digests, not passwords. */
struct password_cache *password_cache_new(void);
void password_cache_free(struct password_cache *cache);

#endif
