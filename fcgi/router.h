#ifndef FCGI_ROUTER_H
#define FCGI_ROUTER_H

#include <stddef.h>

#include "fcgi/request.h"

/*
 * NEED_BEARER is a user too, but only by Authorization: Bearer; NEED_LOGIN only
 * by Authorization: Basic or a session: what else comes is ignored, as the
 * older services do. NEED_ANONYMOUS: acts as the built-in user, for clients
 * that know none.
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

/* What a token must be allowed (words of its scopes). */
enum scope { SCOPE_NONE, SCOPE_READ, SCOPE_WRITE, SCOPE_LINK, SCOPE_ADMIN };

/*
 * The bodies that a route accepts. READS_JSON: a JSON object. READS_FORM:
 * fields in any encoding that form.h has, and a file if one comes.
 * READS_UPLOAD: a file is required, as the body or in a multipart form
 * (intake.h).
 */
enum { READS_JSON = 1, READS_FORM = 2, READS_UPLOAD = 4 };

struct route_body {
	unsigned kinds;   /* of the above */
	const char *file; /* the parts that may have the file: words, or NULL */
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

/* Called only when everything its route asks for is there. On failure it
   returns false, having said why in req->work. */
typedef bool handler(struct request *req, struct response *res);

/* The query of an address for readers is not looked at: those who share it
   append parameters of their own (fbclid, utm_source). */
#define ANY_QUERY NULL

struct route {
	enum method method;
	const char *path;
	enum need need;
	enum scope scope;
	struct route_body body;
	const char *query; /* the parameters it knows, or "", or ANY_QUERY */
	handler *run;
};

/*
 * Finds the request's route and fills its parameters. ERR_NOT_FOUND, or
 * ERR_METHOD_NOT_ALLOWED with `allow` set to the methods that the path has.
 */
bool router_find(struct request *req, const char **allow,
		 const struct route *routes, size_t count) MUST_CHECK;

/* Reads the query, unless the route does not look at it. */
bool router_read_query(struct request *req) MUST_CHECK;

/* Refuses query parameters that the route does not know. */
bool router_check_query(struct request *req) MUST_CHECK;

const char *router_scope_name(enum scope scope);

#endif
