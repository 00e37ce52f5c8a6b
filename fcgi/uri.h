#ifndef FCGI_URI_H
#define FCGI_URI_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/base/util.h"

struct work;

/*
 * What a request asks for, decoded once and strictly: the path by which it is
 * routed and the query. All text is UTF-8 without control characters and lives
 * in the work's pool.
 */
struct uri_pair {
	const char *name, *value;
};

struct uri {
	const char *path;             /* begins with '/' */
	const struct uri_pair *query; /* of uri_parse_query() */
	size_t query_count;
	const char *text;       /* as it was sent */
	const char *query_text; /* what follows its '?', or "" */
};

enum { URI_MAX_BYTES = 8192, URI_MAX_PAIRS = 64, URI_MAX_FORM = 65536 };

/*
 * Reads REQUEST_URI as the client sent it: the origin-form or the absolute-form
 * of RFC 9112 section 3.2, whose scheme and authority are dropped. The path has
 * no empty segment but the one after a last '/', no dot segment, no backslash
 * and no encoded slash. Fails with ERR_URI_TOO_LONG or ERR_BAD_REQUEST. The
 * query may be anything: some routes never look at it.
 */
bool uri_parse(struct uri *uri, struct work *work,
	       const char *request_uri) MUST_CHECK;

/* Reads the query. Fails as uri_parse_form() does. */
bool uri_parse_query(struct uri *uri, struct work *work) MUST_CHECK;

/* True for an absolute path, with a query or without, that leads nowhere but to
   this host, however a browser reads it: no scheme, no authority and only
   visible ASCII. */
bool uri_is_local(const char *text);

/*
 * Reads application/x-www-form-urlencoded text (WHATWG URL section 5.1), of
 * which a query is one: '+' is a space, a name without '=' has the value "",
 * and empty pairs are skipped. Each name may come once. Fails with
 * ERR_BAD_REQUEST, or with ERR_TOO_LARGE beyond URI_MAX_FORM bytes.
 */
bool uri_parse_form(const struct uri_pair **pairs, size_t *count,
		    struct work *work, const char *text) MUST_CHECK;

#endif
