#ifndef FCGI_URI_H
#define FCGI_URI_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/base/util.h"

struct work;

/*
 * The target of a request, decoded once and strictly: the path, which selects
 * the route, and the query. All text is UTF-8 without control characters and
 * lives in the work's pool.
 */
struct uri_pair {
	const char *name, *value;
};

struct uri {
	const char *path;             /* begins with '/'; see uri_strip() */
	const struct uri_pair *query; /* of uri_parse_query() */
	size_t query_count;
	const char *text;       /* as sent by the client */
	const char *query_text; /* the part after '?', or "" */
};

enum { URI_MAX_BYTES = 8192, URI_MAX_PAIRS = 64, URI_MAX_FORM = 65536 };

/*
 * Parses REQUEST_URI as the client sent it, in the origin-form or the
 * absolute-form of RFC 9112 section 3.2; drops scheme and authority. The path
 * must have no empty segment except after a last '/', no dot segment, no
 * backslash and no encoded slash. Fails with ERR_URI_TOO_LONG or
 * ERR_BAD_REQUEST. Does not check the query: some routes ignore it.
 */
bool uri_parse(struct uri *uri, struct work *work,
	       const char *request_uri) MUST_CHECK;

/* Removes the path of base_url from the beginning of the path. Fails with
   ERR_NOT_FOUND if the path is not below it. */
bool uri_strip(struct uri *uri, struct work *work,
	       const char *base_path) MUST_CHECK;

/* Parses the query. Fails as uri_parse_form() does. */
bool uri_parse_query(struct uri *uri, struct work *work) MUST_CHECK;

/* True if `text` is an absolute path, with or without a query, that every
   browser resolves to this host: no scheme, no authority, only visible
   ASCII. */
bool uri_is_local(const char *text);

/*
 * Parses application/x-www-form-urlencoded text (WHATWG URL section 5.1), such
 * as a query: '+' is a space, a name without '=' has the value "", empty pairs
 * are skipped. Each name may occur once. Fails with ERR_BAD_REQUEST, or with
 * ERR_TOO_LARGE beyond URI_MAX_FORM bytes.
 */
bool uri_parse_form(const struct uri_pair **pairs, size_t *count,
		    struct work *work, const char *text) MUST_CHECK;

#endif
