#ifndef LIB_BASE_MIME_H
#define LIB_BASE_MIME_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/base/util.h"

struct work;

/* The values of header fields such as Content-Type: a token or a media type,
   then any number of `; name=value` (RFC 9110 sections 5.6 and 8.3.1). All
   failures are ERR_BAD_REQUEST. Results live in the work's pool. */

/* Returns the length of the token at the start of `text`. */
size_t mime_token(const char *text);

/* Reads `type/subtype`, returns it in lower case, and moves `text` after it. */
bool mime_type(const char **type, struct work *work,
	       const char **text) MUST_CHECK;

/*
 * Calls back for each parameter until a call returns false. A quoted value
 * comes without its quotes, with \" and \\ unescaped. Other backslashes stay,
 * because some clients quote a path without escaping it; so do backslashes that
 * may be part of a character (charset_step()). An unquoted value may have more
 * characters than a token, because some boundaries do.
 */
bool mime_params(struct work *work, const char *text,
		 bool (*visit)(void *arg, const char *name, const char *value),
		 void *arg) MUST_CHECK;

#endif
