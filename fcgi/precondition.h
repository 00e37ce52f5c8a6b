#ifndef FCGI_PRECONDITION_H
#define FCGI_PRECONDITION_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Whether a file is the version that If-Match or, without it,
 * If-Unmodified-Since asks for (RFC 9110 section 13.2.2). "" means that the
 * header is absent. A weak tag never matches; a malformed date is ignored.
 * `etag` has its quotes; `changed_at` is in seconds since 1970.
 */
bool precondition_holds(const char *if_match, const char *if_unmodified_since,
			const char *etag, int64_t changed_at);

/* Whether a file is the version that If-Range names (RFC 9110 section 13.1.5);
   also if the header is absent. */
bool precondition_allows_range(const char *if_range, const char *etag,
			       int64_t changed_at);

#endif
