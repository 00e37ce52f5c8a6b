#ifndef LIB_SERVICE_RENDER_H
#define LIB_SERVICE_RENDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/work.h"
#include "lib/model/image.h"
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

/* Estimates the CPU time of rendering the variants, in ms. */
bool render_estimate(unsigned *cost_ms, const struct render *render,
		     struct work *work) MUST_CHECK;

/*
 * Renders with work->decoders and keeps the files, durably; the rows are the
 * caller's to write. Each animation has a decoder process for itself. Then
 * variants[i] is "ready" with its size, bytes and sum.
 * Fails as decoder_pool_render() does.
 */
bool render_make(struct render *render, struct work *work) MUST_CHECK;

/* Reads the header of a file that is open. */
bool render_probe(struct probe *probe, struct work *work, int fd) MUST_CHECK;

/* The format that the variant of this name has when it is made. ERR_CONFLICT
   while the image's file is not here, ERR_NOT_FOUND when it is gone. */
bool render_format(enum format *format, struct work *work,
		   const struct image *image, const char *name) MUST_CHECK;

#endif
