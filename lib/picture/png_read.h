#ifndef LIB_PICTURE_PNG_READ_H
#define LIB_PICTURE_PNG_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <magick/api.h>

#include "lib/picture/probe.h"
#include "lib/picture/row_sink.h"

/*
 * Decodes a PNG (W3C PNG, third edition); of an animation, the default image.
 *
 * Ignores chunks after the last row, and ancillary chunks except tRNS and those
 * of the colours. ERR_CORRUPT_IMAGE if pixels are missing or damaged, or the
 * size is not the probe's; ERR_TOO_LARGE if out of memory.
 *
 * png_stream() passes rows to the sink, with the ICC profile of their colours
 * if they are not sRGB; the profile belongs to the pool. `alpha` means that the
 * file may have transparent pixels. An interlaced picture gives all rows at the
 * end.
 */
bool png_stream(struct work *work, const struct probe *probe,
		const uint8_t *bytes, size_t len,
		const struct row_sink *sink) MUST_CHECK;

/* Returns an image as stored, not upright, with 8 or 16 bits, and with the
   profile as "ICM". The caller destroys it. */
bool png_read(Image **image, struct work *work, const struct probe *probe,
	      const uint8_t *bytes, size_t len) MUST_CHECK;

#endif
