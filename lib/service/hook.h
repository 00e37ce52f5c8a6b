#ifndef LIB_SERVICE_HOOK_H
#define LIB_SERVICE_HOOK_H

#include "lib/base/work.h"
#include "lib/model/delivery.h"
#include "lib/model/webhook.h"

/* A user's own webhooks. */

/* What a request gives; NULL: it does not. */
struct hook_wish {
	const char *url;
	const char *const *events;
	size_t event_count;
	const char *secret; /* "whsec_" and the base64 of 24 to 64 bytes */
	const bool *enabled;
};

/* With a secret of the service's own unless one is given; `secret` is what to
   show, once. ERR_INVALID_FIELD; ERR_QUOTA_EXCEEDED for one too many. */
bool hook_add(struct webhook *webhook, const char **secret, struct work *work,
	      struct uuid user_id, const struct hook_wish *wish) MUST_CHECK;

/* Changes what the wish gives. */
bool hook_change(struct webhook *webhook, struct work *work,
		 const struct hook_wish *wish) MUST_CHECK;

bool hook_drop(struct work *work, const struct webhook *webhook) MUST_CHECK;

/* Sends a delivery that has ended again, with the same id and body, by the
   whole schedule. ERR_CONFLICT when it is pending or the webhook disabled. */
bool hook_retry(struct work *work, const struct webhook *webhook,
		struct uuid delivery_id) MUST_CHECK;

#endif
