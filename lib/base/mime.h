#ifndef LIB_BASE_MIME_H
#define LIB_BASE_MIME_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/base/util.h"

struct work;

/*
 * The values of header fields such as Content-Type: a token or a media type,
 * then `; name=value` any number of times (RFC 9110 sections 5.6 and 8.3.1).
 * All failures are ERR_BAD_REQUEST; results live in the work's pool.
 */

/* How many bytes of a token `text` begins with. */
size_t mime_token(const char *text);

/* Reads `type/subtype` in lower case and moves `text` behind it. */
bool mime_type(const char **type, struct work *work,
	       const char **text) MUST_CHECK;

/*
 * Calls back for each parameter until one call returns false. A quoted value
 * comes without its quotes, and \" and \\ in it as the second character; other
 * backslashes stay, because some clients quote a path without escaping it, and
 * so do those that may be part of a character (charset_step()). A value that is
 * not quoted may have more characters than a token, as some boundaries do.
 */
bool mime_params(struct work *work, const char *text,
		 bool (*visit)(void *arg, const char *name, const char *value),
		 void *arg) MUST_CHECK;

#endif
