#ifndef LIB_MODEL_WEBHOOK_H
#define LIB_MODEL_WEBHOOK_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/uuid.h"
#include "lib/base/work.h"

/* A URL that receives a user's events. */
struct webhook {
	struct uuid id;
	struct uuid user_id;
	const char *url;
	const char *receiver; /* the URL's host in lower case */
	const char *events;   /* words out of WEBHOOK_EVENTS */
	int64_t created_at;
	int64_t disabled_at; /* 0: enabled */
};

/* clang-format off */
#define WEBHOOK_EVENTS \
	"image.ready image.failed image.deleted image.private job.done job.failed"
/* clang-format on */

/* The key that signs the messages; read only to sign. */
struct webhook_secret {
	const void *bytes;
	int64_t len;
};

enum {
	WEBHOOK_MAX = 20, /* for each user */
	WEBHOOK_MAX_EVENTS = 6,
	WEBHOOK_MAX_URL = 2048,
	WEBHOOK_MAX_RECEIVER = 255,
	WEBHOOK_SECRET_MIN = 24, /* bytes; Standard Webhooks 1.0 */
	WEBHOOK_SECRET_MAX = 64,
};

/* ERR_NOT_FOUND also if the webhook belongs to another user. */
bool webhook_find(struct webhook *webhook, struct work *work,
		  struct uuid user_id, struct uuid id) MUST_CHECK;

/* Lists the newest first, only those with an id below `before` (nil: all). */
bool webhook_list(struct webhook **webhooks, size_t *count, struct work *work,
		  struct uuid user_id, struct uuid before,
		  int64_t limit) MUST_CHECK;

/* Lists the user's enabled webhooks for the event: id and receiver only. */
bool webhook_list_subscribed(struct webhook **webhooks, size_t *count,
			     struct work *work, struct uuid user_id,
			     const char *event) MUST_CHECK;

/* Inserts a row with the caller's id; the caller has locked the user.
   ERR_QUOTA_EXCEEDED if the user then has more than WEBHOOK_MAX. Succeeds
   without a change if the id exists. */
bool webhook_add(struct work *work, const struct webhook *webhook,
		 const struct webhook_secret *secret) MUST_CHECK;

/* Deletes all webhooks of the user and their deliveries. */
bool webhook_drop_all(struct work *work, struct uuid user_id) MUST_CHECK;

/* Writes url, receiver, events, disabled_at, and the secret unless it is
   NULL. */
bool webhook_update(struct work *work, const struct webhook *webhook,
		    const struct webhook_secret *secret) MUST_CHECK;

bool webhook_read_secret(struct webhook_secret *secret, struct work *work,
			 struct uuid id) MUST_CHECK;

bool webhook_disable(struct work *work, struct uuid id) MUST_CHECK;

/* Deletes the webhook and its deliveries. */
bool webhook_drop(struct work *work, struct uuid id) MUST_CHECK;

#endif
