#ifndef FCGI_IDEMPOTENCY_H
#define FCGI_IDEMPOTENCY_H

#include "fcgi/request.h"
#include "fcgi/response.h"

/*
 * Implements Idempotency-Key for a POST of a user: the same request gets the
 * first answer again. Requests are the same if the SHA-256 of path, query,
 * media type and body is equal. For a multipart form the fields and the file
 * count, not the boundary, which differs each time. For the built-in user, the
 * keys of each client address are separate.
 *
 * Call in this order: idempotency_key_open() before the body is read,
 * idempotency_key_begin() after the body is read and before anything is
 * changed, idempotency_key_end() with the answer. The last two do nothing
 * without a key. idempotency_key_end() commits all database changes since
 * idempotency_key_begin() together with the answer in one transaction.
 */
bool idempotency_key_open(struct request *req) MUST_CHECK;

/* False if the request must not run: idempotency_key_answer() has an answer, or
   the work has failed. */
bool idempotency_key_begin(struct request *req) MUST_CHECK;

/* Copies the first answer, if there is one, and returns true. */
bool idempotency_key_answer(struct response *res,
			    struct request *req) MUST_CHECK;

/* Stores the answer, except 429, 499 and 5xx, after which the client may retry.
   An error answer rolls the changes back. If a success cannot be committed, the
   answer becomes that error. */
void idempotency_key_end(struct response *res, struct request *req);

#endif
