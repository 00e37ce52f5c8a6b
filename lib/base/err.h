#ifndef LIB_BASE_ERR_H
#define LIB_BASE_ERR_H

#include <stdbool.h>

/* The kinds of failure. Each kind has one HTTP status, one wire code (the
   `code` of a problem+json answer and the last part of its `type`) and one
   title: see the table in err.c. */
enum err {
	ERR_BAD_REQUEST,
	ERR_UNKNOWN_FIELD,
	ERR_INVALID_FIELD,
	ERR_UNAUTHENTICATED,
	ERR_WRONG_CREDENTIALS,
	ERR_FORBIDDEN,
	ERR_TIER_FORBIDS,
	ERR_QUOTA_EXCEEDED,
	ERR_BAD_SIGNATURE,
	ERR_NOT_FOUND,
	ERR_METHOD_NOT_ALLOWED,
	ERR_TIMEOUT, /* only web servers send it */
	ERR_RANGE_NOT_SATISFIABLE,
	ERR_PRECONDITION_FAILED,
	ERR_CONFLICT,
	ERR_IDEMPOTENCY_RUNNING,
	ERR_JOB_FAILED,
	ERR_LINK_EXPIRED,
	ERR_LINK_REVOKED,
	ERR_GONE,
	ERR_TOO_LARGE,
	ERR_URI_TOO_LONG,
	ERR_UNSUPPORTED_MEDIA_TYPE,
	ERR_UNSUPPORTED_FORMAT,
	ERR_CORRUPT_IMAGE,
	ERR_TOO_MANY_PIXELS,
	ERR_IDEMPOTENCY_MISMATCH,
	ERR_RATE_LIMITED,
	ERR_CLIENT_GONE, /* only for the log: the client does not read it */
	ERR_FETCH_FAILED,
	ERR_INTERNAL,
	ERR_UNAVAILABLE,
	ERR_STORAGE_FULL,
	ERR__COUNT
};

int err_http_status(enum err err);
const char *err_code(enum err err);
const char *err_title(enum err err);

/* Whether the same work may succeed later, because the client is not at
   fault. */
bool err_is_transient(enum err err);

/* Returns the kind with this wire code, or ERR_INTERNAL. */
enum err err_by_code(const char *code);

#endif
