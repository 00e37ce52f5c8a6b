#ifndef FCGI_REPLAY_H
#define FCGI_REPLAY_H

#include "fcgi/request.h"
#include "fcgi/response.h"

/*
 * Idempotency-Key on a POST of a user: the first answer is given again to the
 * same request, told by SHA-256 of its path, query, media type and body. Of a
 * form its parts count, not the boundary that clients choose anew each time.
 * Of those who did not sign in, each address has keys of its own.
 *
 * In this order: replay_open() before the body is read, replay_begin() when it
 * was read and before anything is done, replay_end() with the answer. The last
 * two do nothing when there is no key. What is written to the database between
 * them is committed by replay_end(), with the answer, in one transaction.
 */
bool replay_open(struct request *req) MUST_CHECK;

/* False when the request is not to be carried out: there is an answer for
   replay_answer(), or the work has failed. */
bool replay_begin(struct request *req) MUST_CHECK;

/* Gives the first answer if there is one. */
bool replay_answer(struct response *res, struct request *req) MUST_CHECK;

/* Keeps what is being answered; but not 429 nor 5xx, after which the client may
   try again. An error undoes what was written. When a success cannot be
   committed the answer becomes that failure. */
void replay_end(struct response *res, struct request *req);

#endif
