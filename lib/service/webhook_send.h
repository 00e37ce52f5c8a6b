#ifndef LIB_SERVICE_WEBHOOK_SEND_H
#define LIB_SERVICE_WEBHOOK_SEND_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/work.h"
#include "lib/model/job.h"
#include "lib/model/webhook.h"

/*
 * Sends the deliveries of webhook_queue.h by Standard Webhooks 1.0
 * (github.com/standard-webhooks/standard-webhooks, spec/standard-webhooks.md):
 * a POST with webhook-id, webhook-timestamp and webhook-signature. A receiver
 * may get a message more than once, always with the same id, and should refuse
 * timestamps that are more than five minutes off.
 */

/* Inserts the job of one delivery. The caller makes the job's id and writes it
   into the delivery's row. Part of a transaction. ERR_CONFLICT if the job
   exists. */
bool webhook_send_add_job(struct work *work, struct uuid job_id,
			  struct uuid user_id, const char *receiver) MUST_CHECK;

/* Returns how many messages are sent to one receiver at the same time: the
   setting webhook_concurrency, but fewer than the workers that send webhooks if
   there are two or more of these. */
int64_t webhook_send_per_receiver(const struct conf *conf);

/*
 * Makes one attempt and ends the job: done after any 2xx; due again by the
 * setting webhook_retries; failed after the last retry, or after 410, which
 * also disables the webhook. Stores the attempt's status and duration, but not
 * the response body.
 */
bool webhook_send_job(struct work *work, const struct job *job) MUST_CHECK;

/* Sets the job and its delivery to failed. */
bool webhook_send_give_up(struct work *work, const struct job *job,
			  const char *code, const char *detail) MUST_CHECK;

/* Returns the value of webhook-signature: "v1," and the base64 of the
   HMAC-SHA256 of "id.timestamp.body". `timestamp` is in seconds since 1970. */
const char *webhook_send_sign(struct pool *pool,
			      const struct webhook_secret *secret,
			      const char *id, int64_t timestamp,
			      const char *body);

#endif
