#ifndef FCGI_THROTTLE_H
#define FCGI_THROTTLE_H

#include "fcgi/request.h"
#include "fcgi/response.h"

/* Counts the request for its address, by the setting
   address_requests_per_minute. ERR_RATE_LIMITED. */
bool throttle_address(struct request *req) MUST_CHECK;

/* Counts the request for its user, if it has one, by its tier's
   requests_per_minute. ERR_RATE_LIMITED. */
bool throttle_user(struct request *req) MUST_CHECK;

/* Who it is that a request with a user is from: the user; but one that nobody
   can sign in as stands for all who did not, so each address is its own. */
const char *throttle_subject(const struct request *req);

/*
 * Adds RateLimit-Policy and RateLimit (draft-ietf-httpapi-ratelimit-headers) to
 * the answers to users and to those that a limit refused, with each limit that
 * there is: "default" of the user, "address". For old clients, also
 * X-RateLimit-Limit, -Remaining and -Reset (seconds) of the one that has least
 * left.
 */
void throttle_headers(struct response *res, struct request *req);

#endif
