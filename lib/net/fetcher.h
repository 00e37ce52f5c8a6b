#ifndef LIB_NET_FETCHER_H
#define LIB_NET_FETCHER_H

#include <stdint.h>

#include "lib/base/work.h"
#include "lib/net/client.h"

struct conf;

/*
 * Fetches a URL in a child process that has the network and none of this
 * process's descriptors: no store, no database. The setting sandbox controls
 * the child's sandbox (fetch_sandbox.h); ERR_UNAVAILABLE if it cannot be set
 * up. The bytes arrive in `sink`, which runs in this process and may fail to
 * stop. Even if the child is compromised, there are at most `max_bytes`, and
 * the call ends after fetch_timeout seconds. `file`, in the pool, is the file
 * name of client_get(): at most CLIENT_FILE_MAX bytes of UTF-8 without control
 * characters. Fails like client_get(); failures that may not repeat are
 * transient (`transient`).
 */
bool fetcher_get(const char **file, struct work *work, const char *url,
		 int64_t max_bytes, client_sink *sink, void *arg) MUST_CHECK;

/* Sends a message the same way. Fails like client_post(). */
bool fetcher_post(struct client_answer *answer, struct work *work,
		  const struct client_message *message) MUST_CHECK;

/* Returns the parts of the child's sandbox on this machine, for `pixtierctl
   doctor`: words such as "seccomp rlimits landlock". */
const char *fetcher_describe_sandbox(struct pool *pool,
				     const struct conf *conf);

#endif
