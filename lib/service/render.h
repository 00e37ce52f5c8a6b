#ifndef LIB_SERVICE_RENDER_H
#define LIB_SERVICE_RENDER_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/work.h"
#include "lib/model/image.h"
#include "lib/model/job.h"
#include "lib/model/variant.h"
#include "lib/picture/probe.h"

/* Which variants to make of one image, from one decode. */
struct render {
	struct uuid image_id;
	int source;                /* the original's descriptor */
	const struct probe *probe; /* of the original */
	struct variant *variants;  /* the names are set; filled when made */
	size_t count;
};

enum { RENDER_MAX_VARIANTS = 64 };

/* The longest side among the variants, which decides what painting costs. */
uint32_t render_largest_side(const struct render *render, struct work *work);

/*
 * Paints with work->painter and keeps the files; the rows are the caller's to
 * write. Then variants[i] is "ready" with its size, bytes and sum. Fails as
 * painter_paint() does.
 */
bool render_make(struct render *render, struct work *work) MUST_CHECK;

/*
 * Carries out a job: makes the image's variants that are still processing and
 * ends the job and the image in one transaction. A picture that cannot be
 * painted fails with the image marked so, the job ended.
 */
bool render_job(struct work *work, const struct job *job) MUST_CHECK;

/* Reads the header of a file that is open. */
bool render_probe(struct probe *probe, struct work *work,
		  int fd) MUST_CHECK;

/* Ends a job as failed, and its image if it has been waiting for it. */
bool render_give_up(struct work *work, const struct job *job, const char *code,
		    const char *detail) MUST_CHECK;

/*
 * One variant of an image, made now if it is missing and small, or by a job:
 * "ready" or "processing". The tier's permission is the caller's to check.
 * Several requests for it at once make it once: the others wait for the first,
 * and on other hosts the row's key decides.
 */
bool render_want(struct variant *variant, struct work *work,
		 const struct image *image, const char *name,
		 int64_t priority) MUST_CHECK;

#endif
