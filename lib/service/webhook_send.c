/* webhook_send.c: sends deliveries to webhooks. */
#include "config.h"

#include "lib/service/webhook_send.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/base/clock.h"
#include "lib/base/conf.h"
#include "lib/base/crypt.h"
#include "lib/base/log.h"
#include "lib/base/pool.h"
#include "lib/base/text.h"
#include "lib/db/db.h"
#include "lib/model/delivery.h"
#include "lib/net/fetcher.h"

static int64_t retry_count(struct work *work)
{
	int64_t count = 0;

	while (text_word(work->pool, work->conf->webhook_retries,
			 (size_t)count))
		count++;
	return count;
}

/* A worker's death uses up one of the job's attempts, but no retry: therefore
   job_attempts is added. */
bool webhook_send_add_job(struct work *work, struct uuid job_id,
			  struct uuid user_id, const char *receiver)
{
	const struct job job = {
		.id = job_id,
		.kind = JOB_WEBHOOK,
		.receiver = receiver,
		.user_id = user_id,
		.priority = JOB_NORMAL,
		.max_attempts =
			1 + retry_count(work) + work->conf->job_attempts,
		.created_at = db_now_us(work),
	};

	return job_add(work, &job);
}

/* With two or more workers, one takes no webhook jobs. Of the others, one stays
   free for other receivers. */
int64_t webhook_send_per_receiver(const struct conf *conf)
{
	const long senders = conf->workers > 1 ? conf->workers - 1 : 1;
	const long others = senders > 1 ? senders - 1 : 1;

	return conf->webhook_concurrency < others ? conf->webhook_concurrency
						  : others;
}

const char *webhook_send_sign(struct pool *pool,
			      const struct webhook_secret *secret,
			      const char *id, int64_t timestamp,
			      const char *body)
{
	uint8_t sum[CRYPT_SHA256_SIZE];
	const char *content =
		pool_printf(pool, "%s.%lld.%s", id, (long long)timestamp, body);

	crypt_hmac_sha256(sum, secret->bytes, (size_t)secret->len, content,
			  strlen(content));
	return pool_printf(pool, "v1,%s", text_base64(pool, sum, sizeof(sum)));
}

/* The result of an attempt and what follows from it. */
struct outcome {
	const struct job *job;
	const struct delivery_target *target;
	struct attempt attempt;
	bool delivered, gone, again;
	int64_t delay; /* in seconds, if `again` */
	const char *reason;
};

enum { HEADERS = 4 };

static bool write_headers(const char *headers[HEADERS + 1], struct work *work,
			  const struct delivery *delivery)
{
	const char *id = pool_strdup(work->pool, UUID_TEXT(delivery->id));
	int64_t now = (int64_t)time(NULL);
	struct webhook_secret secret;

	if (!webhook_read_secret(&secret, work, delivery->webhook_id))
		return false;
	headers[0] = "Content-Type: application/json";
	headers[1] = pool_printf(work->pool, "webhook-id: %s", id);
	headers[2] = pool_printf(work->pool, "webhook-timestamp: %lld",
				 (long long)now);
	headers[3] = pool_printf(work->pool, "webhook-signature: %s",
				 webhook_send_sign(work->pool, &secret, id, now,
						   delivery->payload));
	headers[HEADERS] = NULL;
	return true;
}

/* An unreachable receiver is a result, not a failure; false means that an error
   occurred here. */
static bool send(struct outcome *outcome, struct work *work,
		 const struct delivery_target *target)
{
	const struct delivery *delivery = &target->delivery;
	const char *headers[HEADERS + 1];
	const struct client_message message = {
		.url = target->url,
		.headers = headers,
		.body = delivery->payload,
		.len = strlen(delivery->payload),
		.timeout = work->conf->webhook_timeout,
	};
	int64_t began_ms;
	struct client_answer answer = { 0 };

	if (!write_headers(headers, work, delivery))
		return false;
	began_ms = clock_monotonic_ms();
	if (!fetcher_post(&answer, work, &message) &&
	    work->err != ERR_FETCH_FAILED)
		return false;
	outcome->attempt = (struct attempt){
		.delivery_id = delivery->id,
		.attempt = delivery->attempts + 1,
		.status = answer.status,
		.ms = clock_monotonic_ms() - began_ms,
		.error = answer.status ? NULL
				       : pool_strdup(work->pool, work->why),
	};
	return true;
}

/* Adds up to a fifth at random, so that deliveries that failed together are not
   retried together. */
static bool next_delay(int64_t *delay, struct work *work, int64_t tries)
{
	const char *word = text_word(work->pool, work->conf->webhook_retries,
				     (size_t)tries);
	int64_t seconds;

	if (!word || !text_seconds(&seconds, word, 0, INT32_MAX))
		return false;
	*delay = seconds + random() % (seconds / 5 + 1);
	return true;
}

static void judge(struct outcome *outcome, struct work *work)
{
	const struct attempt *attempt = &outcome->attempt;
	int64_t status = attempt->status;

	outcome->delivered = status >= 200 && status <= 299;
	outcome->gone = status == 410;
	outcome->again = !outcome->delivered && !outcome->gone &&
			 next_delay(&outcome->delay, work,
				    outcome->target->delivery.tries);
	outcome->reason =
		attempt->error
			? attempt->error
			: pool_printf(work->pool, "the receiver answered %lld",
				      (long long)status);
}

/* Changes the job first: that fails if another worker has it now, and the rest
   is rolled back. */
static bool settle(struct work *work, void *arg)
{
	const struct outcome *o = arg;
	const char *code = err_code(ERR_UNAVAILABLE);
	struct uuid id = o->target->delivery.id;

	if (o->delivered)
		return job_finish(work, o->job) &&
		       delivery_log(work, &o->attempt) &&
		       delivery_end(work, id, DELIVERY_DELIVERED);
	if (o->again)
		return job_put_back(work, o->job, o->delay, code, o->reason) &&
		       delivery_log(work, &o->attempt) &&
		       delivery_defer(work, id, o->delay);
	return job_fail(work, o->job, code, o->reason) &&
	       delivery_log(work, &o->attempt) &&
	       delivery_end(work, id, DELIVERY_FAILED) &&
	       (!o->gone ||
		webhook_disable(work, o->target->delivery.webhook_id));
}

static void log_attempt(const struct work *work, const struct outcome *outcome)
{
	LOG_EVENT(outcome->delivered ? LOG_LEVEL_INFO : LOG_LEVEL_ERROR,
		  "webhook", log_text("id", work->id),
		  log_text("delivery", UUID_TEXT(outcome->target->delivery.id)),
		  log_number("attempt", outcome->attempt.attempt),
		  log_number("status", outcome->attempt.status),
		  log_number("ms", outcome->attempt.ms),
		  log_text("why", outcome->attempt.error));
}

bool webhook_send_job(struct work *work, const struct job *job)
{
	struct delivery_target target;
	struct outcome outcome = { .job = job, .target = &target };

	if (!delivery_of_job(&target, work, job->id))
		return false;
	if (target.disabled)
		return webhook_send_give_up(work, job, err_code(ERR_CONFLICT),
					    "the webhook is disabled");
	if (!send(&outcome, work, &target))
		return false;
	log_attempt(work, &outcome);
	judge(&outcome, work);
	return db_transaction(work, settle, &outcome);
}

struct ending {
	const struct job *job;
	const char *code, *detail;
};

static bool fail_both(struct work *work, void *arg)
{
	const struct ending *ending = arg;
	struct delivery_target target;

	if (!job_fail(work, ending->job, ending->code, ending->detail))
		return false;
	if (!delivery_of_job(&target, work, ending->job->id))
		return work->err == ERR_NOT_FOUND;
	return delivery_end(work, target.delivery.id, DELIVERY_FAILED);
}

bool webhook_send_give_up(struct work *work, const struct job *job,
			  const char *code, const char *detail)
{
	struct ending ending = { job, code, detail };

	return db_transaction(work, fail_both, &ending);
}
