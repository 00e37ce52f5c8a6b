#ifndef LIB_SERVICE_JWT_H
#define LIB_SERVICE_JWT_H

#include <stdint.h>

#include "lib/base/uuid.h"
#include "lib/base/work.h"
#include "lib/model/user.h"

/*
 * JSON Web Tokens (RFC 7519) in the compact serialization (RFC 7515 section
 * 3.1): base64url(header).base64url(claims).base64url(MAC).
 *
 * header  {"alg":"HS256","typ":"JWT","kid":"<key id>"}; any other alg, also
 *         "none", and any "crit" is refused
 * claims  token_type ("access" or "refresh"), exp, iat (seconds since 1970),
 *         jti (random), user_id, hash_password
 * MAC     HMAC-SHA256 (RFC 7518 section 3.2) under HMAC-SHA256(key, "jwt"),
 *         where key is the key of the key ring with the id kid, so nothing
 *         else that this key signs is a valid token
 *
 * hash_password is a MAC of the user's stored password hash, so that a token
 * becomes invalid when the password changes.
 */
enum jwt_type { JWT_ACCESS, JWT_REFRESH };

struct jwt {
	struct uuid user_id;
	int64_t issued_at, expires_at; /* seconds since 1970 */
	const char *id;                /* jti */
	const char *hash_password;
	int64_t key_id;
};

enum { JWT_MAX = 2048 };

/* Makes a token of the user that is valid from now for jwt_access_ttl or
   jwt_refresh_ttl. */
bool jwt_make(const char **text, struct work *work, const struct user *user,
	      enum jwt_type type) MUST_CHECK;

/* ERR_UNAUTHENTICATED unless this service made the token, it has this type and
   it has not expired. The caller checks that the user may still sign in. */
bool jwt_open(struct jwt *jwt, struct work *work, const char *text,
	      enum jwt_type type) MUST_CHECK;

/* ERR_UNAUTHENTICATED unless the token is this user's and the password has not
   changed since. */
bool jwt_check_user(const struct jwt *jwt, struct work *work,
		    const struct user *user) MUST_CHECK;

#endif
