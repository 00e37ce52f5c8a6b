#ifndef FCGI_THROTTLE_H
#define FCGI_THROTTLE_H

#include "fcgi/request.h"
#include "fcgi/response.h"

/* Counts the request against the setting address_requests_per_minute of its
   client address. Fails with ERR_RATE_LIMITED. */
bool throttle_address(struct request *req) MUST_CHECK;

/* Counts the request against the requests_per_minute of its user's tier, if it
   has a user. Fails with ERR_RATE_LIMITED. */
bool throttle_user(struct request *req) MUST_CHECK;

/* Returns the subject that limits count for a request with a user: the user;
   for the built-in user, which all unauthenticated clients share, the user and
   the client's network. */
const char *throttle_subject(const struct request *req);

/*
 * Adds RateLimit-Policy and RateLimit (draft-ietf-httpapi-ratelimit-headers) to
 * answers to users and to requests that a limit refused. They list each limit
 * that applies: "default" for the user, "address". For old clients, also adds
 * X-RateLimit-Limit, -Remaining and -Reset (seconds) of the limit with the
 * fewest requests left.
 */
void throttle_headers(struct response *res, struct request *req);

#endif
