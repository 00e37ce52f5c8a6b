/* webhook_queue.c: queues webhook deliveries for events. */
#include "config.h"

#include "lib/service/webhook_queue.h"

#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/json.h"
#include "lib/base/pool.h"
#include "lib/db/db.h"
#include "lib/model/delivery.h"
#include "lib/model/job.h"
#include "lib/model/tier.h"
#include "lib/model/user.h"
#include "lib/model/variant.h"
#include "lib/model/webhook.h"
#include "lib/service/access.h"
#include "lib/service/json_view.h"
#include "lib/service/public_url.h"
#include "lib/service/webhook_send.h"

/* Keeps the body far below the size limit of a column that is read. */
enum { MAX_VARIANTS = 1000 };

static bool queue_deliveries(struct work *work, struct uuid user_id,
			     const char *event, struct json *data,
			     const struct webhook *webhooks, size_t count)
{
	struct json *body = json_object(work->pool);
	struct delivery delivery = { .event = event };

	json_set_text(body, "type", event);
	json_set_text(body, "timestamp",
		      clock_text_us(work->pool, db_now_us(work)));
	json_set(body, "data", data);
	delivery.payload = json_print(work->pool, body, NULL);
	for (size_t i = 0; i < count; i++) {
		delivery.id = uuid_new();
		delivery.webhook_id = webhooks[i].id;
		delivery.job_id = uuid_new();
		if (!webhook_send_add_job(work, delivery.job_id, user_id,
					  webhooks[i].receiver) ||
		    !delivery_add(work, &delivery))
			return false;
	}
	return true;
}

/* Only the variants that the owner's tier allows, as in responses. */
static struct json *describe_variants(struct pool *pool,
				      const struct tier *tier,
				      const struct variant *variants,
				      size_t count)
{
	struct json *array = json_array(pool);

	for (size_t i = 0; i < count && i < MAX_VARIANTS; i++)
		if (access_has_variant(tier, variants[i].variant))
			json_push(array, json_view_variant(pool, &variants[i]));
	return array;
}

static bool describe(struct json **json, struct work *work, const char *event,
		     const struct image *image)
{
	const char *urls;
	struct json *made;
	struct variant *variants;
	struct user user;
	struct tier tier;
	size_t count;

	if (!tier_of_user(&user, &tier, work, image->user_id) ||
	    !variant_list(&variants, &count, work, image->id))
		return false;
	if (!public_url_words(&urls, work, image, variants, count))
		return false;
	made = json_view_image(work->pool, &tier, image);
	json_set_bool(made, "public",
		      image->public && strcmp(event, "image.private"));
	json_set(made, "public_urls", json_words(work->pool, urls));
	json_set(made, "variants",
		 describe_variants(work->pool, &tier, variants, count));
	json_set(made, "error",
		 json_view_error(work->pool, image->error_code,
				 image->error_detail));
	*json = made;
	return true;
}

/* Reads without a lock first: most users have no webhooks. */
static bool find_subscribed(struct webhook **webhooks, size_t *count,
			    struct work *work, struct uuid user_id,
			    const char *event)
{
	if (!webhook_list_subscribed(webhooks, count, work, user_id, event))
		return false;
	return !*count ||
	       (user_lock(work, user_id) &&
		webhook_list_subscribed(webhooks, count, work, user_id, event));
}

bool webhook_queue_image(struct work *work, const char *event,
			 const struct image *image)
{
	struct json *data;
	struct webhook *webhooks;
	size_t count;

	if (image->kind == IMAGE_RESIZE)
		return true;
	if (!find_subscribed(&webhooks, &count, work, image->user_id, event))
		return false;
	return !count || (describe(&data, work, event, image) &&
			  queue_deliveries(work, image->user_id, event, data,
					   webhooks, count));
}

bool webhook_queue_job(struct work *work, const char *event,
		       const struct job *job)
{
	struct job row;
	struct webhook *webhooks;
	size_t count;

	if (job->kind == JOB_WEBHOOK)
		return true;
	if (!find_subscribed(&webhooks, &count, work, job->user_id, event))
		return false;
	return !count ||
	       (job_find(&row, work, job->id) &&
		queue_deliveries(work, row.user_id, event,
				 json_view_job(work, &row), webhooks, count));
}
