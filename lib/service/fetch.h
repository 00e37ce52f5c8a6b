#ifndef LIB_SERVICE_FETCH_H
#define LIB_SERVICE_FETCH_H

#include "lib/service/upload.h"

struct conf;

/* Returns the name and version of the library that fetches. */
const char *fetch_library(void);

/* Returns the sandbox of the process that fetches, see
   fetcher_describe_sandbox(). */
const char *fetch_describe_sandbox(struct pool *pool, const struct conf *conf);

/* ERR_TIER_FORBIDS if the tier does not allow uploads by URL. */
bool fetch_is_allowed(struct work *work, const struct tier *tier) MUST_CHECK;

/* Checks the form of a URL, without a network access. ERR_INVALID_FIELD. `file`
   is the last part of its path, or "". */
bool fetch_check_url(const char **file, struct work *work,
		     const char *url) MUST_CHECK;

struct fetch_request {
	const struct user *user;
	const struct tier *tier;
	const char *url;     /* passed fetch_check_url() */
	const char *name;    /* 1 to IMAGE_NAME_MAX bytes */
	bool public;         /* the tier allows it */
	const char *alt;     /* or NULL */
	const char *tags;    /* image_tags.h */
	const char *variant; /* the only variant; NULL: the tier's sizes */
	struct image_focus focus;
};

/*
 * Inserts an image without a file, its variants, and the job that fetches it.
 * With a variant it is a resize whose result is the job's: ERR_TIER_FORBIDS as
 * resize_take(). It counts as an upload of the user at once; its bytes count
 * when the file arrives. Until then the job's estimated cost is that of the
 * largest file that the tier allows. ERR_QUOTA_EXCEEDED; ERR_RATE_LIMITED if
 * max_fetches of the tier are pending, and as budget_check() and
 * budget_count_upload().
 */
bool fetch_queue(struct uploaded *uploaded, struct work *work,
		 const struct fetch_request *fetch) MUST_CHECK;

/*
 * Carries out a fetch job. Fetches and checks the file unless an earlier
 * attempt has stored it. One transaction then stores the image's data, charges
 * its bytes, sets the job's cost and, if the image has the URL's name, renames
 * it by the response. Then makes the variants as render_job_run() does. Fails
 * as fetcher_get() and upload_take() do.
 */
bool fetch_job(struct work *work, const struct job *job) MUST_CHECK;

#endif
