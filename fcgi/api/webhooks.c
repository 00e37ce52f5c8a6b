/* webhooks.c: the routes under /v1/webhooks. */
#include "config.h"

#include "fcgi/page.h"
#include "fcgi/response.h"
#include "fcgi/routes.h"
#include "lib/base/clock.h"
#include "lib/base/json.h"
#include "lib/service/access.h"
#include "lib/service/login.h"
#include "lib/service/webhook.h"

enum { MAX_EVENT = 16, MAX_SECRET = 100 };

static struct json *webhook_json(struct pool *pool,
				 const struct webhook *webhook)
{
	struct json *json = json_object(pool);

	json_set_text(json, "id", UUID_TEXT(webhook->id));
	json_set_text(json, "url", webhook->url);
	json_set(json, "events", json_words(pool, webhook->events));
	json_set_bool(json, "enabled", !webhook->disabled_at);
	json_set_text(json, "created_at",
		      clock_text(pool, webhook->created_at));
	json_set_text(json, "disabled_at",
		      clock_text(pool, webhook->disabled_at));
	return json;
}

static struct json *attempt_json(struct pool *pool,
				 const struct attempt *attempt)
{
	struct json *json = json_object(pool);

	json_set_int(json, "attempt", attempt->attempt);
	json_set_text(json, "at", clock_text_us(pool, attempt->at));
	json_set_positive(json, "status", attempt->status);
	json_set_int(json, "ms", attempt->ms);
	json_set_text(json, "error", attempt->error);
	return json;
}

static struct json *delivery_json(struct pool *pool,
				  const struct delivery *delivery,
				  const struct attempt *attempts, size_t count)
{
	struct json *json = json_object(pool), *log = json_array(pool);

	for (size_t i = 0; i < count; i++)
		if (uuid_equal(attempts[i].delivery_id, delivery->id))
			json_push(log, attempt_json(pool, &attempts[i]));
	json_set_text(json, "id", UUID_TEXT(delivery->id));
	json_set_text(json, "event", delivery->event);
	json_set_text(json, "state", delivery_state_name(delivery->state));
	json_set_text(json, "created_at",
		      clock_text(pool, delivery->created_at));
	json_set_text(json, "next_attempt_at",
		      clock_text_us(pool, delivery->next_at));
	json_set_text(json, "finished_at",
		      clock_text(pool, delivery->finished_at));
	json_set_int(json, "attempts", delivery->attempts);
	json_set(json, "log", log);
	return json;
}

static bool find_webhook(struct webhook *webhook, struct request *req)
{
	struct uuid id;

	return access_id(&id, req->work, "webhook", req->param[0]) &&
	       webhook_find(webhook, req->work, req->who->user.id, id);
}

static bool read_events(struct webhook_fields *fields, struct request *req)
{
	const char **events;

	if (!json_get_texts(&events, &fields->event_count, req->work,
			    req->body.json, "events", WEBHOOK_MAX_EVENTS,
			    MAX_EVENT))
		return false;
	fields->events = events;
	return true;
}

/* Reads the fields of the body; all are optional here. */
static bool read_fields(struct webhook_fields *fields, bool *enabled,
			struct request *req)
{
	struct work *work = req->work;
	const struct json *json = req->body.json;

	if ((json_has(json, "url") &&
	     !json_get_text(&fields->url, work, json, "url", 1,
			    WEBHOOK_MAX_URL)) ||
	    (json_has(json, "events") && !read_events(fields, req)) ||
	    (json_has(json, "secret") &&
	     !json_get_text(&fields->secret, work, json, "secret", 1,
			    MAX_SECRET)))
		return false;
	if (!json_has(json, "enabled"))
		return true;
	fields->enabled = enabled;
	return json_get_bool(enabled, work, json, "enabled");
}

bool webhooks_create(struct request *req, struct response *res)
{
	static const char *const known[] = { "url", "events", "secret", NULL };
	struct work *work = req->work;
	struct webhook_fields fields = { 0 };
	struct webhook webhook;
	struct json *json;
	const char *secret;
	bool enabled;

	if (!json_only(req->body.json, work, known) ||
	    !json_get_text(&fields.url, work, req->body.json, "url", 1,
			   WEBHOOK_MAX_URL) ||
	    !read_events(&fields, req) ||
	    !read_fields(&fields, &enabled, req) ||
	    !webhook_create(&webhook, &secret, work, req->who->user.id,
			    &fields))
		return false;
	json = webhook_json(work->pool, &webhook);
	json_set_text(json, "secret", secret);
	response_json(res, req, 201, json);
	res->has_secret = true;
	response_location(res, req, req->uri.path, webhook.id);
	return true;
}

bool webhooks_list(struct request *req, struct response *res)
{
	struct pool *pool = req->work->pool;
	struct json *items = json_array(pool);
	struct page page;
	struct webhook *webhooks;
	size_t count;

	if (!page_read(&page, req) ||
	    !webhook_list(&webhooks, &count, req->work, req->who->user.id,
			  page.before, page.row_limit))
		return false;
	if (page_cut(&page, &count))
		page.last = webhooks[count - 1].id;
	for (size_t i = 0; i < count; i++)
		json_push(items, webhook_json(pool, &webhooks[i]));
	return page_answer(res, req, &page, items);
}

bool webhooks_show(struct request *req, struct response *res)
{
	struct webhook webhook;

	return find_webhook(&webhook, req) &&
	       response_json(res, req, 200,
			     webhook_json(req->work->pool, &webhook));
}

bool webhooks_change(struct request *req, struct response *res)
{
	static const char *const known[] = { "url", "events", "secret",
					     "enabled", NULL };
	struct webhook_fields fields = { 0 };
	struct webhook webhook;
	bool enabled;

	return json_only(req->body.json, req->work, known) &&
	       find_webhook(&webhook, req) &&
	       read_fields(&fields, &enabled, req) &&
	       webhook_change(&webhook, req->work, &fields) &&
	       response_json(res, req, 200,
			     webhook_json(req->work->pool, &webhook));
}

bool webhooks_delete(struct request *req, struct response *res)
{
	struct webhook webhook;

	return find_webhook(&webhook, req) &&
	       webhook_delete(req->work, &webhook) && response_empty(res, 204);
}

bool webhooks_deliveries(struct request *req, struct response *res)
{
	struct work *work = req->work;
	struct json *items = json_array(work->pool);
	struct webhook webhook;
	struct page page;
	struct delivery *deliveries;
	struct attempt *attempts = NULL;
	size_t count, attempt_count = 0;

	if (!page_read(&page, req) || !find_webhook(&webhook, req) ||
	    !delivery_list(&deliveries, &count, work, webhook.id, page.before,
			   page.row_limit))
		return false;
	if (page_cut(&page, &count))
		page.last = deliveries[count - 1].id;
	if (count &&
	    !delivery_list_attempts(&attempts, &attempt_count, work, webhook.id,
				    deliveries[count - 1].id, deliveries[0].id))
		return false;
	for (size_t i = 0; i < count; i++)
		json_push(items, delivery_json(work->pool, &deliveries[i],
					       attempts, attempt_count));
	return page_answer(res, req, &page, items);
}

bool webhooks_retry(struct request *req, struct response *res)
{
	struct work *work = req->work;
	struct webhook webhook;
	struct delivery delivery;
	struct attempt *attempts;
	struct uuid id;
	size_t count;

	return find_webhook(&webhook, req) &&
	       access_id(&id, work, "delivery", req->param[1]) &&
	       delivery_find(&delivery, work, webhook.id, id) &&
	       webhook_retry_delivery(work, &webhook, id) &&
	       delivery_find(&delivery, work, webhook.id, id) &&
	       delivery_list_attempts(&attempts, &count, work, webhook.id, id,
				      id) &&
	       response_json(
		       res, req, 202,
		       delivery_json(work->pool, &delivery, attempts, count));
}
