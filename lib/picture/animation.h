#ifndef LIB_PICTURE_ANIMATION_H
#define LIB_PICTURE_ANIMATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/picture/animation_limits.h"
#include "lib/picture/bitmap.h"
#include "lib/picture/render.h"

/* Resizes animated GIF and WebP to animated GIF and WebP, frame by frame, so
   that the pixels of only one frame are in memory. */
struct animation {
	uint32_t count;         /* number of frames */
	uint32_t plays;         /* 0: endless */
	const uint8_t *profile; /* ICC, or NULL */
	size_t profile_len;
};

struct animation_frame {
	struct bitmap bitmap; /* the whole canvas, not only the changes */
	uint32_t duration_ms;
};

/* The file that the frames come from. */
struct animation_source {
	const struct renderer *renderer;
	const struct probe *probe;
	const uint8_t *bytes;
	size_t len;
	const struct watermark_place *place; /* of `mark`, if there is one */
};

/* Opened resources belong to the work's pool, also after a failure. */
struct animation_reader {
	bool (*open)(void **reader, struct animation *animation,
		     struct work *work, const struct animation_source *source);
	/* Reads the next frame. Its pixels are valid until the next call.
	   ERR_CORRUPT_IMAGE or ERR_UNSUPPORTED_FORMAT if the frame is
	   damaged. */
	bool (*next)(struct animation_frame *frame, void *reader,
		     struct work *work);
};

struct animation_writer {
	bool (*open)(void **writer, struct work *work, uint32_t plays,
		     uint32_t quality);
	/* All frames must have the same size. */
	bool (*add)(void *writer, struct work *work,
		    const struct animation_frame *frame);
	/* The bytes belong to the work's pool. */
	bool (*finish)(struct rendition *rendition, void *writer,
		       struct work *work);
};

extern const struct animation_reader gif_reader, webp_reader;
extern const struct animation_writer gif_writer, webp_writer;

/* Makes the variant of a recipe with `animated`. A damaged frame ends the
   animation before it; if it is the first, fails with ERR_CORRUPT_IMAGE or
   ERR_UNSUPPORTED_FORMAT. `mark` is a decoded watermark, or NULL. The bytes
   belong to the work's pool. */
bool animation_make(struct rendition *rendition, struct work *work,
		    const struct animation_source *source,
		    const struct recipe *recipe,
		    const struct bitmap *mark) MUST_CHECK;

#endif
