#ifndef LIB_SERVICE_WEBHOOK_H
#define LIB_SERVICE_WEBHOOK_H

#include "lib/base/work.h"
#include "lib/model/delivery.h"
#include "lib/model/webhook.h"

/* A user's own webhooks. */

/* The fields of a request; NULL: not given. */
struct webhook_fields {
	const char *url;
	const char *const *events;
	size_t event_count;
	const char *secret; /* "whsec_" and the base64 of 24 to 64 bytes */
	const bool *enabled;
};

/* Adds a webhook and makes a secret unless the request has one. `secret` is the
   one to show, once. ERR_INVALID_FIELD; ERR_QUOTA_EXCEEDED if the user has too
   many. */
bool webhook_create(struct webhook *webhook, const char **secret,
		    struct work *work, struct uuid user_id,
		    const struct webhook_fields *fields) MUST_CHECK;

/* Changes the fields that the request gives. */
bool webhook_change(struct webhook *webhook, struct work *work,
		    const struct webhook_fields *fields) MUST_CHECK;

bool webhook_delete(struct work *work,
		    const struct webhook *webhook) MUST_CHECK;

/* Sends a delivery that has ended again, with the same id and body and all
   retries. ERR_CONFLICT if it is pending or the webhook is disabled. */
bool webhook_retry_delivery(struct work *work, const struct webhook *webhook,
			    struct uuid delivery_id) MUST_CHECK;

#endif
