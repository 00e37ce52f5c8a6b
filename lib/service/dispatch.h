#ifndef LIB_SERVICE_DISPATCH_H
#define LIB_SERVICE_DISPATCH_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/work.h"
#include "lib/model/job.h"
#include "lib/model/webhook.h"

/*
 * Sends what notify.h has recorded, by Standard Webhooks 1.0
 * (github.com/standard-webhooks/standard-webhooks, spec/standard-webhooks.md):
 * a POST with webhook-id, webhook-timestamp and webhook-signature. Receivers
 * may get a message more than once, always with the same id; they refuse
 * timestamps more than five minutes off.
 */

/* The kind of its jobs. */
#define DISPATCH_KIND "webhook"

/* A job for one delivery, with the id that the caller made and then writes into
   the delivery's row; for a transaction. ERR_CONFLICT when there is that job
   already. */
bool dispatch_queue(struct work *work, struct uuid job_id, struct uuid user_id,
		    const char *receiver) MUST_CHECK;

/* How many messages one receiver is sent at once: the setting
   webhook_concurrency, but never all that workers can send. */
int64_t dispatch_per_receiver(const struct conf *conf);

/*
 * Makes one attempt and settles the job: done after any 2xx; due again by the
 * setting webhook_retries; failed after the last, or after 410, which disables
 * the webhook. The attempt's status and duration are kept; the answer's body is
 * not.
 */
bool dispatch_job(struct work *work, const struct job *job) MUST_CHECK;

/* Ends the job and its delivery as failed. */
bool dispatch_give_up(struct work *work, const struct job *job,
		      const char *code, const char *detail) MUST_CHECK;

/* The value of webhook-signature: "v1," and the base64 of the HMAC-SHA256 of
   "id.timestamp.body". `timestamp` is in seconds. */
const char *dispatch_sign(struct pool *pool,
			  const struct webhook_secret *secret, const char *id,
			  int64_t timestamp, const char *body);

#endif
