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
 * header  {"alg":"HS256","typ":"JWT","kid":"<key id>"}; any other alg, "none"
 *         too, and any "crit" is refused
 * claims  token_type ("access" or "refresh"), exp, iat (seconds since 1970),
 *         jti (random), user_id, hash_password
 * MAC     HMAC-SHA256 (RFC 7518 section 3.2) under HMAC-SHA256(key, "jwt"),
 *         where the key is the key ring's with the id kid: so nothing else
 *         that it signs passes for a token
 *
 * hash_password is a MAC of the user's stored password hash, so that a token
 * ends when the password is changed.
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

/* A token of the user, of now, for jwt_access_ttl or jwt_refresh_ttl. */
bool jwt_make(const char **text, struct work *work, const struct user *user,
	      enum jwt_type type) MUST_CHECK;

/* ERR_UNAUTHENTICATED for anything but a token of this type that was made here
   and has not expired. Whether the user may still come, the caller checks. */
bool jwt_open(struct jwt *jwt, struct work *work, const char *text,
	      enum jwt_type type) MUST_CHECK;

/* The token is this user's and the password is still the same: else
   ERR_UNAUTHENTICATED. */
bool jwt_check_user(const struct jwt *jwt, struct work *work,
		    const struct user *user) MUST_CHECK;

#endif
