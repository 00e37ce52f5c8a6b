#ifndef LIB_NET_FETCHER_H
#define LIB_NET_FETCHER_H

#include <stdint.h>

#include "lib/base/work.h"
#include "lib/net/client.h"

struct conf;

/*
 * Gets what a URL leads to by a child process that has the network and none of
 * this one's descriptors: no store, no database. It is fenced in (leash.h) as
 * the setting sandbox has it; ERR_UNAVAILABLE where that cannot be. The bytes
 * come through `sink` here, which may stop it by failing; whatever the child
 * says or does, there are at most `max_bytes` and no more than the setting
 * fetch_timeout of seconds. `file`, in the pool, is what the answer calls it,
 * as client_get() has it: at most CLIENT_FILE_MAX bytes of UTF-8 without
 * control characters. Fails as client_get() does; what may be better another
 * time is `for_now`.
 */
bool fetcher_get(const char **file, struct work *work, const char *url,
		 int64_t max_bytes, client_sink *sink, void *arg) MUST_CHECK;

/* Sends a message the same way. Fails as client_post() does. */
bool fetcher_post(long *status, struct work *work,
		  const struct client_message *message) MUST_CHECK;

/* What the child's fence is made of on this machine, for `pixtierctl doctor`:
   a line of words such as "seccomp rlimits landlock". */
const char *fetcher_fence(struct pool *pool, const struct conf *conf);

#endif
