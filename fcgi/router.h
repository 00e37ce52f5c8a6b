#ifndef FCGI_ROUTER_H
#define FCGI_ROUTER_H

#include <stddef.h>

#include "fcgi/request.h"

/*
 * NEED_BEARER needs a user too, but accepts only Authorization: Bearer;
 * NEED_LOGIN only Authorization: Basic or a session. They ignore other
 * credentials, as the older services do. NEED_ANONYMOUS runs as the built-in
 * user, for clients without authentication.
 */
enum need {
	NEED_NOBODY,
	NEED_USER,
	NEED_ADMIN,
	NEED_BEARER,
	NEED_LOGIN,
	NEED_ANONYMOUS,
	NEED__COUNT
};

/* The scope that a token must have (a word of its scopes). */
enum scope { SCOPE_NONE, SCOPE_READ, SCOPE_WRITE, SCOPE_LINK, SCOPE_ADMIN };

/*
 * The bodies that a route accepts. READS_JSON: a JSON object. READS_FORM:
 * fields in any encoding of form.h, and a file if the form has one.
 * READS_UPLOAD: a file is required, as the body or in a multipart form
 * (upload.h).
 */
enum { READS_JSON = 1, READS_FORM = 2, READS_UPLOAD = 4 };

struct route_body {
	unsigned kinds;   /* bits of READS_ */
	const char *file; /* the form parts that may have the file, separated by
			     spaces, or NULL */
};

#define BODY_NONE                                                              \
	{                                                                      \
		0, NULL                                                        \
	}
#define BODY_JSON                                                              \
	{                                                                      \
		READS_JSON, NULL                                               \
	}
#define BODY_FORM                                                              \
	{                                                                      \
		READS_FORM, NULL                                               \
	}
#define BODY_FORM_WITH(file)                                                   \
	{                                                                      \
		READS_FORM, file                                               \
	}
#define BODY_UPLOAD(file)                                                      \
	{                                                                      \
		READS_UPLOAD, file                                             \
	}
#define BODY_JSON_OR_UPLOAD(file)                                              \
	{                                                                      \
		READS_JSON | READS_UPLOAD, file                                \
	}

struct response;

/* Runs a request that passed all checks of its route. On failure returns false
   with an error in req->work. */
typedef bool handler(struct request *req, struct response *res);

/* Do not check the query of this route: people share its URL, and other sites
   append parameters to it (fbclid, utm_source). */
#define ANY_QUERY NULL

struct route {
	enum method method;
	const char *path;
	enum need need;
	enum scope scope;
	struct route_body body;
	const char *query; /* known parameters, "" or ANY_QUERY */
	handler *run;
};

/*
 * Finds the request's route and fills req->param. A path without parameters is
 * not one with parameters (OpenAPI 3.1, 4.8.8.1): its rows come first. Fails
 * with ERR_NOT_FOUND, or with ERR_METHOD_NOT_ALLOWED and `allow` set to the
 * methods of the path.
 */
bool router_find(struct request *req, const char **allow,
		 const struct route *routes, size_t count) MUST_CHECK;

/* Parses the query, unless the route has ANY_QUERY. */
bool router_read_query(struct request *req) MUST_CHECK;

/* Fails with ERR_UNKNOWN_FIELD if the route does not know a query parameter. */
bool router_check_query(struct request *req) MUST_CHECK;

const char *router_scope_name(enum scope scope);

#endif
