#ifndef LIB_SERVICE_IMPORT_H
#define LIB_SERVICE_IMPORT_H

#include "lib/service/upload.h"

struct conf;

/* The version of the library that fetches. */
const char *import_library(void);

/* What stands around the child that fetches, see fetcher_fence(). */
const char *import_fence(struct pool *pool, const struct conf *conf);

/* ERR_TIER_FORBIDS unless the tier may upload by URL. */
bool import_is_allowed(struct work *work, const struct tier *tier) MUST_CHECK;

/* ERR_INVALID_FIELD unless it is of the form that may be fetched; `file` is the
   last part of its path, or "". Nobody is called yet. */
bool import_check_url(const char **file, struct work *work,
		      const char *url) MUST_CHECK;

struct import {
	const struct user *user;
	const struct tier *tier;
	const char *url;     /* was checked */
	const char *name;    /* 1 to IMAGE_NAME_MAX bytes */
	const char *variant; /* the one that is made; NULL: the tier's sizes */
};

/*
 * Writes down an image without a file, its variants, and the job that is to
 * fetch it. With a variant it is a resize, whose result is that of the job:
 * ERR_TIER_FORBIDS as resize_take(). It counts as one of the user's uploads
 * from now on, and its bytes when they are here. The job costs as much as the
 * largest file that the tier allows, until its picture is known.
 * ERR_QUOTA_EXCEEDED; ERR_RATE_LIMITED while as many as the tier's max_fetches
 * wait, and as budget_check() and budget_count_upload().
 */
bool import_queue(struct uploaded *uploaded, struct work *work,
		  const struct import *import) MUST_CHECK;

/*
 * Carries out a fetch job: gets the file unless an earlier attempt has,
 * checks it as an upload, keeps it and charges its bytes in the transaction
 * that says so, and from which on the job costs what its picture does, in which
 * an image that has the URL's name gets the answer's; then makes the variants
 * as render_job_run() does. Fails as fetcher_get() and upload_take() do.
 */
bool import_job(struct work *work, const struct job *job) MUST_CHECK;

#endif
