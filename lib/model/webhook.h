#ifndef LIB_MODEL_WEBHOOK_H
#define LIB_MODEL_WEBHOOK_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/uuid.h"
#include "lib/base/work.h"

/* Where a user wants to be told of events. */
struct webhook {
	struct uuid id;
	struct uuid user_id;
	const char *url;
	const char *receiver; /* the URL's host, in small letters */
	const char *events;   /* words of WEBHOOK_EVENTS */
	int64_t created_at;
	int64_t disabled_at; /* 0: it is told */
};

/* clang-format off */
#define WEBHOOK_EVENTS \
	"image.ready image.failed image.deleted job.done job.failed"
/* clang-format on */

/* The key that signs what is sent; read only to sign. */
struct webhook_secret {
	const void *bytes;
	int64_t len;
};

enum {
	WEBHOOK_MAX = 20, /* of a user */
	WEBHOOK_MAX_EVENTS = 5,
	WEBHOOK_MAX_URL = 2048,
	WEBHOOK_MAX_RECEIVER = 255,
	WEBHOOK_SECRET_MIN = 24, /* bytes, as Standard Webhooks 1.0 has it */
	WEBHOOK_SECRET_MAX = 64,
};

/* ERR_NOT_FOUND also when it is another user's. */
bool webhook_find(struct webhook *webhook, struct work *work,
		  struct uuid user_id, struct uuid id) MUST_CHECK;

/* Newest first, before `before` (nil: all). */
bool webhook_list(struct webhook **webhooks, size_t *count, struct work *work,
		  struct uuid user_id, struct uuid before,
		  int64_t limit) MUST_CHECK;

/* The user's that are told of the event: id and receiver. */
bool webhook_list_told(struct webhook **webhooks, size_t *count,
		       struct work *work, struct uuid user_id,
		       const char *event) MUST_CHECK;

/* With the id that the caller made, who has the user locked. ERR_QUOTA_EXCEEDED
   when the user has WEBHOOK_MAX of them. Doing it twice is no error. */
bool webhook_add(struct work *work, const struct webhook *webhook,
		 const struct webhook_secret *secret) MUST_CHECK;

/* Removes all of the user's; who is told no more is not told of that either. */
bool webhook_drop_all(struct work *work, struct uuid user_id) MUST_CHECK;

/* Writes url, receiver, events, whether it is disabled, and the secret unless
   NULL. */
bool webhook_update(struct work *work, const struct webhook *webhook,
		    const struct webhook_secret *secret) MUST_CHECK;

bool webhook_read_secret(struct webhook_secret *secret, struct work *work,
			 struct uuid id) MUST_CHECK;

bool webhook_disable(struct work *work, struct uuid id) MUST_CHECK;

/* Its deliveries go with it. */
bool webhook_drop(struct work *work, struct uuid id) MUST_CHECK;

#endif
