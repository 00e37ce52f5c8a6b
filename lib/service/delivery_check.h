#ifndef LIB_SERVICE_DELIVERY_CHECK_H
#define LIB_SERVICE_DELIVERY_CHECK_H

#include <stdint.h>

#include "lib/base/work.h"

struct client_answer;

/* These call base_url as a client does, at any address that its host has. */

/* Checks whether clients get pictures: stores a file for a moment, and fetches
   it by a signed URL. Needs the keys and the database. Fails with what came
   instead. */
bool delivery_check(struct work *work) MUST_CHECK;

/* Sends an upload without credentials and without a body, or, if `announced` is
   not 0, one that announces a body of so many bytes and does not send it (see
   client_post()). Fails if no answer comes. */
bool delivery_check_post(struct client_answer *answer, struct work *work,
			 int64_t announced) MUST_CHECK;

#endif
