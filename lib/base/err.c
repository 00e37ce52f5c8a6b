/* err.c: the kinds of failure and their HTTP status. */
#include "config.h"

#include "lib/base/err.h"

#include <stddef.h>
#include <string.h>

#include "lib/base/util.h"

/* clang-format off */
static const struct {
	int status;
	const char *code;
	const char *title;
} kinds[] = {
	[ERR_BAD_REQUEST]            = { 400, "bad_request",            "The request is malformed" },
	[ERR_UNKNOWN_FIELD]          = { 400, "unknown_field",          "Unknown field or parameter" },
	[ERR_INVALID_FIELD]          = { 422, "invalid_field",          "A field has a value that is not allowed" },
	[ERR_UNAUTHENTICATED]        = { 401, "unauthenticated",        "Authentication is required" },
	[ERR_WRONG_CREDENTIALS]      = { 401, "wrong_credentials",      "The user name or the password is wrong" },
	[ERR_FORBIDDEN]              = { 403, "forbidden",              "Not allowed" },
	[ERR_TIER_FORBIDS]           = { 403, "tier_forbids",           "The account's tier does not include this" },
	[ERR_QUOTA_EXCEEDED]         = { 403, "quota_exceeded",         "The account's quota is used up" },
	[ERR_BAD_SIGNATURE]          = { 403, "bad_signature",          "The link's signature is not valid" },
	[ERR_NOT_FOUND]              = { 404, "not_found",              "Not found" },
	[ERR_METHOD_NOT_ALLOWED]     = { 405, "method_not_allowed",     "The method is not allowed here" },
	[ERR_TIMEOUT]                = { 408, "timeout",                "The request took too long" },
	[ERR_RANGE_NOT_SATISFIABLE]  = { 416, "range_not_satisfiable",  "The range is outside the file" },
	[ERR_PRECONDITION_FAILED]    = { 412, "precondition_failed",    "A condition of the request does not hold" },
	[ERR_CONFLICT]               = { 409, "conflict",               "In conflict with the current state" },
	[ERR_IDEMPOTENCY_RUNNING]    = { 409, "idempotency_running",    "The first request with this key is still running" },
	[ERR_JOB_FAILED]             = { 409, "job_failed",             "The job has failed or was cancelled" },
	[ERR_LINK_EXPIRED]           = { 410, "link_expired",           "The link has expired" },
	[ERR_LINK_REVOKED]           = { 410, "link_revoked",           "The link was revoked" },
	[ERR_GONE]                   = { 410, "gone",                   "The picture is no longer public" },
	[ERR_TOO_LARGE]              = { 413, "too_large",              "The content is too large" },
	[ERR_URI_TOO_LONG]           = { 414, "uri_too_long",           "The address is too long" },
	[ERR_UNSUPPORTED_MEDIA_TYPE] = { 415, "unsupported_media_type", "The body's media type is not supported" },
	[ERR_UNSUPPORTED_FORMAT]     = { 415, "unsupported_format",     "The picture's format is not supported" },
	[ERR_CORRUPT_IMAGE]          = { 422, "corrupt_image",          "The picture is damaged" },
	[ERR_TOO_MANY_PIXELS]        = { 422, "too_many_pixels",        "The picture has more pixels than the tier allows" },
	[ERR_IDEMPOTENCY_MISMATCH]   = { 422, "idempotency_mismatch",   "The key was used for another request" },
	[ERR_RATE_LIMITED]           = { 429, "rate_limited",           "Too many requests" },
	[ERR_CLIENT_GONE]            = { 499, "client_gone",            "The client closed the connection" },
	[ERR_FETCH_FAILED]           = { 422, "fetch_failed",           "The URL could not be fetched" },
	[ERR_INTERNAL]               = { 500, "internal",               "Internal error" },
	[ERR_UNAVAILABLE]            = { 503, "unavailable",            "Temporarily unavailable" },
	[ERR_STORAGE_FULL]           = { 507, "storage_full",           "The store is full" },
};
/* clang-format on */
_Static_assert(ARRAY_LEN(kinds) == ERR__COUNT, "every kind needs a row");

int err_http_status(enum err err)
{
	return kinds[err].status;
}

const char *err_code(enum err err)
{
	return kinds[err].code;
}

const char *err_title(enum err err)
{
	return kinds[err].title;
}

bool err_is_transient(enum err err)
{
	return err == ERR_INTERNAL || err == ERR_UNAVAILABLE ||
	       err == ERR_STORAGE_FULL;
}

enum err err_by_code(const char *code)
{
	for (enum err err = 0; err < ERR__COUNT; err++)
		if (!strcmp(kinds[err].code, code))
			return err;
	return ERR_INTERNAL;
}
