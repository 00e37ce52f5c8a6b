/* webhook.c: adds, changes, deletes and retries a user's webhooks. */
#include "config.h"

#include "lib/service/webhook.h"

#include <string.h>

#include "lib/base/crypt.h"
#include "lib/base/pool.h"
#include "lib/base/text.h"
#include "lib/db/db.h"
#include "lib/model/user.h"
#include "lib/net/url.h"
#include "lib/service/webhook_send.h"

#define SECRET_PREFIX "whsec_"

enum { SECRET_SIZE = 32 };

static bool read_url(struct webhook *webhook, struct work *work,
		     const char *url)
{
	struct url parsed;

	if (!url_parse(&parsed, work, url) || !url_check_address(work, &parsed))
		return false;
	if (strlen(parsed.text) > WEBHOOK_MAX_URL)
		return fail_field(
			work, "url",
			"url: at most %d bytes after percent-encoding",
			WEBHOOK_MAX_URL);
	if (strlen(parsed.host) > WEBHOOK_MAX_RECEIVER)
		return fail_field(work, "url",
				  "url: a host of at most %d bytes",
				  WEBHOOK_MAX_RECEIVER);
	webhook->url = parsed.text;
	webhook->receiver = text_lower(work->pool, parsed.host);
	return true;
}

static bool read_events(struct webhook *webhook, struct work *work,
			const struct webhook_fields *fields)
{
	const char *words = "";

	for (size_t i = 0; i < fields->event_count; i++) {
		const char *word = fields->events[i];

		if (!text_has_word(WEBHOOK_EVENTS, word))
			return fail_field(
				work, "events",
				"events: each one of %s, not \"%.40s\"",
				WEBHOOK_EVENTS, word);
		if (!text_has_word(words, word))
			words = text_add_word(work->pool, words, word);
	}
	if (!*words)
		return fail_field(work, "events", "events: at least one of %s",
				  WEBHOOK_EVENTS);
	webhook->events = words;
	return true;
}

static bool read_secret(struct webhook_secret *secret, struct work *work,
			const char *text)
{
	void *bytes;
	size_t len;

	if (!text_starts(text, SECRET_PREFIX) ||
	    !text_unbase64(work->pool, &bytes, &len,
			   text + strlen(SECRET_PREFIX)) ||
	    len < WEBHOOK_SECRET_MIN || len > WEBHOOK_SECRET_MAX)
		return fail_field(work, "secret",
				  "secret: " SECRET_PREFIX
				  " and the base64 of %d to %d bytes",
				  WEBHOOK_SECRET_MIN, WEBHOOK_SECRET_MAX);
	*secret = (struct webhook_secret){ bytes, (int64_t)len };
	return true;
}

static const char *make_secret(struct pool *pool)
{
	uint8_t bytes[SECRET_SIZE];

	crypt_random(bytes, sizeof(bytes));
	return pool_printf(pool, SECRET_PREFIX "%s",
			   text_base64(pool, bytes, sizeof(bytes)));
}

struct change {
	const struct webhook *webhook;
	const struct webhook_secret *secret;
	struct uuid delivery_id, job_id;
};

static bool record_new(struct work *work, void *arg)
{
	const struct change *change = arg;

	return user_lock(work, change->webhook->user_id) &&
	       webhook_add(work, change->webhook, change->secret);
}

static void set_enabled(struct webhook *webhook, const struct work *work,
			bool enabled)
{
	if (enabled)
		webhook->disabled_at = 0;
	else if (!webhook->disabled_at)
		webhook->disabled_at = db_now_us(work);
}

bool webhook_create(struct webhook *webhook, const char **secret,
		    struct work *work, struct uuid user_id,
		    const struct webhook_fields *fields)
{
	const char *text =
		fields->secret ? fields->secret : make_secret(work->pool);
	struct webhook made = { .id = uuid_new(), .user_id = user_id };
	struct webhook_secret key;
	struct change change = { .webhook = &made, .secret = &key };

	if (!read_url(&made, work, fields->url) ||
	    !read_events(&made, work, fields) ||
	    !read_secret(&key, work, text) ||
	    !db_transaction(work, record_new, &change))
		return false;
	*secret = text;
	return webhook_find(webhook, work, user_id, made.id);
}

/* Pending deliveries go to the new URL and count for its host. */
static bool audit_change(struct work *work, void *arg)
{
	const struct change *change = arg;
	const struct webhook *webhook = change->webhook;

	return user_lock(work, webhook->user_id) &&
	       webhook_update(work, webhook, change->secret) &&
	       delivery_readdress(work, webhook->id, webhook->receiver);
}

bool webhook_change(struct webhook *webhook, struct work *work,
		    const struct webhook_fields *fields)
{
	struct webhook made = *webhook;
	struct webhook_secret key;
	struct change change = { .webhook = &made,
				 .secret = fields->secret ? &key : NULL };

	if ((fields->url && !read_url(&made, work, fields->url)) ||
	    (fields->events && !read_events(&made, work, fields)) ||
	    (fields->secret && !read_secret(&key, work, fields->secret)))
		return false;
	if (fields->enabled)
		set_enabled(&made, work, *fields->enabled);
	if (!db_transaction(work, audit_change, &change))
		return false;
	*webhook = made;
	return true;
}

struct deletion {
	const struct webhook *webhook;
	bool written; /* by an earlier try whose COMMIT got no response */
};

/* Repeatable: a second try accepts that the first try has deleted the row. */
static bool record_drop(struct work *work, void *arg)
{
	struct deletion *deletion = arg;
	const struct webhook *webhook = deletion->webhook;

	if (!user_lock(work, webhook->user_id) ||
	    !delivery_cancel_jobs(work, webhook->id))
		return false;
	if (!webhook_drop(work, webhook->id))
		return deletion->written && work->err == ERR_NOT_FOUND;
	deletion->written = true;
	return true;
}

bool webhook_delete(struct work *work, const struct webhook *webhook)
{
	struct deletion deletion = { .webhook = webhook };

	return db_transaction(work, record_drop, &deletion);
}

/* Repeatable: the job's row exists only if the whole transaction was
   committed. */
static bool record_retry(struct work *work, void *arg)
{
	const struct change *change = arg;

	if (!webhook_send_add_job(work, change->job_id,
				  change->webhook->user_id,
				  change->webhook->receiver))
		return work->err == ERR_CONFLICT;
	return delivery_reopen(work, change->delivery_id, change->job_id);
}

bool webhook_retry_delivery(struct work *work, const struct webhook *webhook,
			    struct uuid delivery_id)
{
	struct change change = { .webhook = webhook,
				 .delivery_id = delivery_id,
				 .job_id = uuid_new() };

	if (webhook->disabled_at)
		return fail(work, ERR_CONFLICT,
			    "webhook %s is disabled: enable it first",
			    UUID_TEXT(webhook->id));
	return db_transaction(work, record_retry, &change);
}
