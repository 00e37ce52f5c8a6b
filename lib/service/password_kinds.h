#ifndef LIB_SERVICE_PASSWORD_KINDS_H
#define LIB_SERVICE_PASSWORD_KINDS_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/crypt.h"
#include "lib/base/work.h"

enum { PASSWORD_KINDS_MAX = 16 };

/*
 * The kinds of password hashes (crypt_password_kind()) that users have: those
 * of another kind or cost were imported, or made before password_cost was
 * changed. A wrong password costs one hash of each kind, whoever the user is
 * and whether there is one, so that the time of a refusal tells nothing.
 */
struct password_kinds {
	int64_t until_ms; /* read again after this; 0 at first */
	size_t count;
	char kinds[PASSWORD_KINDS_MAX][CRYPT_KIND_SIZE];
};

/* Reads them at most once a minute. */
bool password_kinds_read(struct password_kinds *kinds,
			 struct work *work) MUST_CHECK;

/* As crypt_password_verify(), and completes the work when it is false. */
bool password_kinds_verify(const struct password_kinds *kinds,
			   const char *password, const char *hash, long cost);

#endif
