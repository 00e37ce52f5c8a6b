#ifndef LIB_NET_CLIENT_H
#define LIB_NET_CLIENT_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/work.h"

struct provision;

/* The version of libcurl. */
const char *client_library(void);

/* Takes a piece of the answer. */
typedef bool client_sink(void *arg, struct work *work, const void *bytes,
			 size_t len);

enum { CLIENT_FILE_MAX = 255 };

/*
 * Gets what a URL leads to, in this process, which is to have nothing to lose:
 * see fetcher.h. Each host's name is looked up once, all its addresses are
 * checked (address.h), and only these are called; so for each of at most ten
 * redirects. No proxy, cookie or password; compression is not asked for, but
 * decoded (content_coding.h); the settings' time-outs; at most `max_bytes`,
 * before and after decoding. `file` is what the answer calls it
 * (filename.h), cut to CLIENT_FILE_MAX bytes; "" when it has no name.
 *
 * ERR_TOO_LARGE, or ERR_FETCH_FAILED, whose text tells nothing of hosts that
 * may not be called: not even whether there is one.
 */
bool client_get(const char **file, const struct provision *provision,
		struct work *work, const char *url, int64_t max_bytes,
		client_sink *sink, void *arg) MUST_CHECK;

/* What a host is told. */
struct client_message {
	const char *url;
	const char *const *headers; /* "name: value", NULL at the end */
	const char *body;
	size_t len;
	long timeout; /* seconds for all of it */
};

/*
 * Sends it by POST, with the same care as client_get(), and follows no
 * redirect. `status` is what the host answered, whatever that is; of the rest
 * nothing is kept. ERR_FETCH_FAILED when no answer came.
 */
bool client_post(long *status, const struct provision *provision,
		 struct work *work,
		 const struct client_message *message) MUST_CHECK;

#endif
