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

/* BODY_FORM takes fields however they are sent (form.h). BODY_UPLOAD is left to
   the handler, which streams it. */
enum body { BODY_NONE, BODY_JSON, BODY_FORM, BODY_UPLOAD };

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
	enum body body;
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
