#ifndef LIB_SERVICE_VARIANT_RENDER_H
#define LIB_SERVICE_VARIANT_RENDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/work.h"
#include "lib/model/image.h"
#include "lib/model/variant.h"
#include "lib/picture/probe.h"

struct store_temp;
struct tier;
struct watermark;

/* The variants to make of one image with one decode. */
struct variant_batch {
	struct uuid image_id;
	int source;                /* file descriptor of the original */
	const struct probe *probe; /* header of the original */
	struct variant *variants;  /* names set by the caller, rest filled */
	size_t count;
	uint32_t quality;    /* of all variants, 1 to 100; 0: the settings' */
	struct uuid user_id; /* owner of the image */
	bool animated;       /* the tier of the image's owner keeps animation */
	struct image_focus focus; /* of the image */
	/* Of the tier of the image's owner, and when it was changed. */
	const struct watermark *watermark; /* or NULL */
	int64_t watermark_us;
	const char *placeholder; /* filled, with color: as in struct image */
	const char *color;
	/* Stored together with the variants; NULL: already in the store. */
	struct store_temp *original;
	/* Without an original: what variant_render() has made. */
	struct store_file *files;
	bool kept;
	bool stale; /* variant_keep() has refused the files */
};

enum { VARIANT_RENDER_MAX = 64 };

/* Reports whether a request may wait for the rendering: its estimated time is
   within the setting sync_budget_ms and its memory within that of a request's
   decoder process. */
bool variant_render_is_small(const struct variant_batch *batch,
			     struct work *work, unsigned *cost_ms);

/* Estimates the CPU time of rendering the variants, in ms. */
bool render_estimate(unsigned *cost_ms, const struct variant_batch *batch,
		     struct work *work) MUST_CHECK;

/*
 * Renders with work->decoders; then variants[i] is "ready" with its format,
 * size, bytes and sum. Each animation uses a decoder process of its own. With
 * an original, stores the files durably; else the caller must call
 * variant_keep(). The caller writes the rows. Fails as decoder_pool_render()
 * does.
 */
bool variant_render(struct variant_batch *batch, struct work *work) MUST_CHECK;

/*
 * Stores the files durably. Part of the transaction that writes the rows, so
 * that no file is older than the focus of its image or the watermark of the
 * owner's tier: locks the image, which it returns. ERR_CONFLICT and `stale` if
 * one has changed: render again.
 * Repeatable.
 */
bool variant_keep(struct image *image, struct variant_batch *batch,
		  struct work *work) MUST_CHECK;

/* Sets what depends on the tier of the image's owner. */
bool variant_render_use_tier(struct variant_batch *batch, struct work *work,
			     const struct tier *tier) MUST_CHECK;

/* Whether the variant with this name follows the focus of its image. */
bool variant_has_focus(const char *name);

/* Reads the header of the file that `fd` refers to. */
bool variant_render_probe(struct probe *probe, struct work *work,
			  int fd) MUST_CHECK;

/* Reads the metadata of that file; the texts belong to the pool. */
bool variant_render_metadata(struct metadata *metadata, struct work *work,
			     int fd, enum format format) MUST_CHECK;

/* Returns the format of the variant with this name. ERR_CONFLICT until the
   image's file has arrived; ERR_NOT_FOUND if the file is deleted. */
bool variant_render_format(enum format *format, struct work *work,
			   const struct image *image,
			   const char *name) MUST_CHECK;

#endif
