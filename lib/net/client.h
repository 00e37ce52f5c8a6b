#ifndef LIB_NET_CLIENT_H
#define LIB_NET_CLIENT_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/work.h"

struct preload;

/* Returns the version of libcurl. */
const char *client_library(void);

/* Receives a chunk of the answer. */
typedef bool client_sink(void *arg, struct work *work, const void *bytes,
			 size_t len);

enum { CLIENT_FILE_MAX = 255 };

/*
 * Fetches a URL in this process, which must be sandboxed: see fetcher.h. Each
 * host name is looked up once, all its addresses are checked (address.h), and
 * only these are contacted; the same for each of at most ten redirects. Uses no
 * proxy, cookies or passwords. Does not ask for compression, but decodes it
 * (content_coding.h). The limits are the time-outs of the settings and
 * `max_bytes`, before and after decoding. `file` is the file name in the answer
 * (filename.h), cut to CLIENT_FILE_MAX bytes; "" if there is none.
 *
 * Fails with ERR_TOO_LARGE or ERR_FETCH_FAILED. The text reveals nothing about
 * hosts that are not allowed, not even whether they exist.
 */
bool client_get(const char **file, const struct preload *preload,
		struct work *work, const char *url, int64_t max_bytes,
		client_sink *sink, void *arg) MUST_CHECK;

/* A message to a host. */
struct client_message {
	const char *url;
	const char *const *headers; /* "name: value", with NULL at the end */
	const char *body;
	size_t len;
	/* If not 0, the message has no body, but announces one of so many bytes
	   (Expect: 100-continue, RFC 9110 section 10.1.1). The connection ends
	   when the host asks for it, and the status is 100. */
	int64_t announced;
	bool gets;    /* sends a GET without a body instead */
	long timeout; /* seconds in total */
};

/* The end of the year 9999. */
#define CLIENT_DATE_MAX INT64_C(253402300799)

struct client_answer {
	long status;
	/* in its header, in seconds since 1970, at most CLIENT_DATE_MAX; 0:
	   none */
	int64_t date;
	int noindex; /* 1: its X-Robots-Tag begins so, else 0 */
};

/* Sends the message by POST or GET, with the same checks as client_get(), and
   follows no redirect. `answer` is what the host answers, whatever the status
   is; the rest of it is dropped. ERR_FETCH_FAILED if no answer came. */
bool client_post(struct client_answer *answer, const struct preload *preload,
		 struct work *work,
		 const struct client_message *message) MUST_CHECK;

#endif
