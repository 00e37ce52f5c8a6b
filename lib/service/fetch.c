/* fetch.c: uploads an image from a URL. */
#include "config.h"

#include "lib/service/fetch.h"

#include <string.h>

#include "lib/base/conf.h"
#include "lib/base/pool.h"
#include "lib/db/db.h"
#include "lib/net/client.h"
#include "lib/net/fetcher.h"
#include "lib/net/url.h"
#include "lib/picture/probe.h"
#include "lib/process/metric.h"
#include "lib/service/access.h"
#include "lib/service/budget.h"
#include "lib/service/render_job.h"

/* The estimated cost of a job while only the largest allowed number of bytes is
   known. PNGs and JPEGs cost a tenth of it, WebPs all of it. */
enum { LEAST_MS = 20, NS_PER_BYTE = 100 };

const char *fetch_library(void)
{
	return client_library();
}

const char *fetch_describe_sandbox(struct pool *pool, const struct conf *conf)
{
	return fetcher_describe_sandbox(pool, conf);
}

bool fetch_is_allowed(struct work *work, const struct tier *tier)
{
	return tier->fetch ||
	       fail(work, ERR_TIER_FORBIDS,
		    "the tier %s does not allow uploads by URL", tier->name);
}

bool fetch_check_url(const char **file, struct work *work, const char *url)
{
	struct url parsed;

	if (!url_parse(&parsed, work, url))
		return false;
	*file = parsed.file;
	return true;
}

static int64_t estimate_ms(const struct conf *conf, const struct tier *tier)
{
	return LEAST_MS + upload_max_bytes(conf, tier) * NS_PER_BYTE / 1000000;
}

bool fetch_queue(struct uploaded *uploaded, struct work *work,
		 const struct fetch_request *fetch)
{
	const struct tier *tier = fetch->tier;
	struct uploaded made;
	struct url url;

	if (!fetch_is_allowed(work, tier) ||
	    !url_parse(&url, work, fetch->url) ||
	    (fetch->variant &&
	     !access_check_size(work, tier, fetch->variant)) ||
	    !budget_count_upload(work, fetch->user->id, tier))
		return false;
	upload_begin(&made, work, fetch->user, tier, fetch->name,
		     fetch->variant);
	made.image.public = fetch->public;
	made.image.public_original = fetch->public && tier->original;
	made.image.alt = fetch->alt;
	made.image.tags = fetch->tags;
	made.job.id = uuid_new();
	made.job.kind = JOB_FETCH;
	made.image.focus = fetch->focus;
	made.job.url = url.text;
	made.job.cost_ms = estimate_ms(work->conf, tier);
	if (!upload_record(work, &made, tier))
		return false;
	*uploaded = made;
	return true;
}

/* Fails if the user is disabled or the tier no longer allows fetching. */
static bool find_owner(struct user *user, struct tier *tier, struct work *work,
		       const struct job *job)
{
	if (!tier_of_user(user, tier, work, job->user_id))
		return false;
	if (user->disabled_at)
		return fail(work, ERR_FORBIDDEN, "the account is disabled");
	return fetch_is_allowed(work, tier);
}

static bool write_piece(void *arg, struct work *work, const void *bytes,
			size_t len)
{
	return store_temp_write(arg, work, bytes, len);
}

struct arrival {
	const struct job *job;
	const struct image *image;
	const struct tier *tier;
	const char *file; /* the file name in the response, or "" */
	unsigned cost_ms; /* of rendering the image */
};

/* Whether the client gave no name: then the image has the name from the URL. */
static bool has_name_of_url(struct work *work, const struct arrival *arrival)
{
	struct url url;

	return url_parse(&url, work, arrival->job->url) &&
	       !strcmp(arrival->image->name, upload_name(work->pool, url.file));
}

static bool name_by_answer(struct work *work, const struct arrival *arrival)
{
	const struct image *image = arrival->image;
	struct work aside = *work;

	return !*arrival->file || !has_name_of_url(&aside, arrival) ||
	       image_replace_name(work, image->id, image->name,
				  upload_name(work->pool, arrival->file));
}

/* Fails if another worker has the job or if the image's row already has a
   file. */
static bool record_arrival(struct work *work, void *arg)
{
	const struct arrival *arrival = arg;
	const struct image *image = arrival->image;

	return job_extend(work, arrival->job, work->conf->job_lease) &&
	       job_set_cost(work, arrival->job->id, arrival->cost_ms) &&
	       image_fill(work, image) && name_by_answer(work, arrival) &&
	       user_charge_bytes(work, image->user_id, image->bytes,
				 arrival->tier->quota_bytes);
}

/* The lock of the job's row prevents another worker from storing the image's
   file meanwhile. If the response to a COMMIT was lost, the image's row shows
   whether it took effect. */
static bool drop_unwanted(struct work *work, void *arg)
{
	const struct arrival *arrival = arg;
	const struct job *job = arrival->job;
	struct image image;
	enum job_state state;

	if (!job_extend(work, job, work->conf->job_lease) &&
	    (!job_lock(&state, work, job->id) || state != JOB_CANCELLED))
		return false;
	if (image_find(&image, work, arrival->image->id)
		    ? image.format != NULL
		    : work->err != ERR_NOT_FOUND)
		return false;
	return store_drop(work, store_key(work->pool, arrival->image->id,
					  VARIANT_ORIGINAL));
}

static bool fetch_file(struct work *work, const struct job *job,
		       struct image *image)
{
	struct user user;
	struct tier tier;
	struct upload upload = { .user = &user, .tier = &tier };
	struct arrival arrival = { job, image, &tier, "", 0 };
	struct work aside = *work;
	struct probe probe;

	if (!find_owner(&user, &tier, work, job) || !store_has_room(work) ||
	    !store_temp_new(&upload.file, work) ||
	    !fetcher_get(&arrival.file, work, job->url,
			 upload_max_bytes(work->conf, &tier), write_piece,
			 upload.file) ||
	    !upload_check(&probe, work, &upload) ||
	    !render_job_estimate(&arrival.cost_ms, work, job, &probe,
				 tier.animated) ||
	    !upload_keep(image, work, upload.file, &probe))
		return false;
	if (!db_transaction(work, record_arrival, &arrival)) {
		(void)!db_transaction(&aside, drop_unwanted, &arrival);
		return false;
	}
	metric_add(METRIC_UPLOADS, NULL, 1);
	metric_add(METRIC_UPLOAD_BYTES, NULL, (uint64_t)image->bytes);
	return true;
}

bool fetch_job(struct work *work, const struct job *job)
{
	struct image image;

	return image_find(&image, work, job->image_id) &&
	       (image.format || fetch_file(work, job, &image)) &&
	       render_job_run(work, job);
}
