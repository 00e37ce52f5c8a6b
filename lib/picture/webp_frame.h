#ifndef LIB_PICTURE_WEBP_FRAME_H
#define LIB_PICTURE_WEBP_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/work.h"

/* The first frame of an animated WebP (RFC 9649), as a file with the
   animation's ICC profile. The bytes belong to the work's pool. */
struct webp_frame {
	const uint8_t *bytes;
	size_t len;
	uint32_t x, y; /* position on the canvas */
};

bool webp_is_animated(const uint8_t *bytes, size_t len);

/* ERR_CORRUPT_IMAGE if there is no complete frame. */
bool webp_first_frame(struct webp_frame *frame, struct work *work,
		      const uint8_t *bytes, size_t len) MUST_CHECK;

#endif
