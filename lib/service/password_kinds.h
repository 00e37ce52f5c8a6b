#ifndef LIB_SERVICE_PASSWORD_KINDS_H
#define LIB_SERVICE_PASSWORD_KINDS_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/crypt.h"
#include "lib/base/work.h"

enum { PASSWORD_KINDS_MAX = 16 };

/*
 * The kinds of password hashes (crypt_password_kind()) that users have.
 * Imported hashes, and hashes made before a change of password_cost, have
 * another kind or cost. A wrong password costs one hash of each kind, whether
 * or not the user exists, so that the response time reveals nothing.
 */
struct password_kinds {
	int64_t until_ms; /* time of the next read; 0 at first */
	size_t count;
	char kinds[PASSWORD_KINDS_MAX][CRYPT_KIND_SIZE];
};

/* Reads the kinds at most once a minute. */
bool password_kinds_read(struct password_kinds *kinds,
			 struct work *work) MUST_CHECK;

/* As crypt_password_verify(). If the password is wrong, also spends one hash of
   each other kind. */
bool password_kinds_verify(const struct password_kinds *kinds,
			   const char *password, const char *hash, long cost);

#endif
