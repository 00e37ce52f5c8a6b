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

/* Fetches a page or one of its files, at a path below base_url. `sum`, in the
   pool, is its SHA-256 in lower-case hexadecimal digits. Fails if it does not
   come. */
bool delivery_check_page(const char **sum, struct work *work,
			 const char *path) MUST_CHECK;

/* What clients get from the web server for a public file. */
struct delivery_public {
	long status;         /* of a request without a Referer */
	bool noindex;        /* its answer says so */
	long foreign_status; /* with the Referer of a page of another site */
	/* The first host of hotlink_hosts whose pages do not get the file, and
	   their status; NULL if there is none. */
	const char *refused_host;
	long refused_status;
};

/* Makes a public file for a moment, and fetches it. Fails if no answer
   comes. */
bool delivery_check_public(struct delivery_public *found,
			   struct work *work) MUST_CHECK;

#endif
