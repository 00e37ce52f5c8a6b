#ifndef LIB_SERVICE_RENDER_H
#define LIB_SERVICE_RENDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/work.h"
#include "lib/model/image.h"
#include "lib/model/job.h"
#include "lib/model/variant.h"
#include "lib/picture/probe.h"

struct store_temp;

/* Which variants to make of one image, from one decode. */
struct render {
	struct uuid image_id;
	int source;                /* the original's descriptor */
	const struct probe *probe; /* of the original */
	struct variant *variants;  /* the names are set; filled when made */
	size_t count;
	uint32_t quality;    /* of all of them, 1 to 100; 0: the settings' */
	struct uuid user_id; /* whose image it is */
	bool animated;       /* the tier of the image's owner keeps animation */
	/* What is kept with the variants; NULL: it is in the store already. */
	struct store_temp *original;
};

enum { RENDER_MAX_VARIANTS = 64 };

/* Whether a request may wait for it: the estimated time is within the setting
   sync_budget_ms, and its memory within that of a request's decoder
   process. */
bool render_is_small(const struct render *render, struct work *work,
		     unsigned *cost_ms);

/* What a job that renders the image's pending variants costs; `animated` as in
   struct render. */
bool render_estimate(unsigned *cost_ms, struct work *work,
		     const struct job *job, const struct probe *probe,
		     bool animated) MUST_CHECK;

/*
 * Renders with work->decoders and keeps the files, durably; the rows are the
 * caller's to write. Each animation has a decoder process for itself. Then
 * variants[i] is "ready" with its size, bytes and sum.
 * Fails as decoder_pool_render() does.
 */
bool render_make(struct render *render, struct work *work) MUST_CHECK;

/*
 * Carries out a job: makes the image's variants that are still processing and
 * ends the job and the image in one transaction. A picture that cannot be
 * painted fails with the image marked so, the job ended.
 */
bool render_job(struct work *work, const struct job *job) MUST_CHECK;

/* Ends a job that is queued or running, and its image if it has been waiting
   for it; who runs it throws away what they have made. ERR_CONFLICT when it has
   ended already. */
bool render_cancel(struct work *work, const struct job *job) MUST_CHECK;

/* Reads the header of a file that is open. */
bool render_probe(struct probe *probe, struct work *work, int fd) MUST_CHECK;

/* Ends a job as failed, and its image if it has been waiting for it. */
bool render_give_up(struct work *work, const struct job *job, const char *code,
		    const char *detail) MUST_CHECK;

/* The format that the variant of this name has when it is made. ERR_CONFLICT
   while the image's file is not here, ERR_NOT_FOUND when it is gone. */
bool render_format(enum format *format, struct work *work,
		   const struct image *image, const char *name) MUST_CHECK;

/*
 * One variant of an image, made now if it is missing and small, or by a job:
 * "ready" or "processing". The tier's permission is the caller's to check. What
 * is made of a resize has its job's quality.
 * Several requests for it at once make it once: the others wait for the first,
 * and on other hosts the row's key decides. Of an image whose file has not been
 * fetched yet it is "processing"; of one whose file could not be, the image's
 * error. One that is "failed" is "processing" again when the reason may have
 * gone, such as a full disk. ERR_TIER_FORBIDS as access_check_enlargement() and
 * ERR_RATE_LIMITED as budget_check(), by the tier of the image's owner.
 */
bool render_want(struct variant *variant, struct work *work,
		 const struct image *image, const char *name,
		 int64_t priority) MUST_CHECK;

#endif
