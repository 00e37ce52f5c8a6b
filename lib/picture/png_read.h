#ifndef LIB_PICTURE_PNG_READ_H
#define LIB_PICTURE_PNG_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <magick/api.h>

#include "lib/picture/probe.h"
#include "lib/picture/row_sink.h"

/*
 * Decodes a PNG (W3C PNG, third edition): of an animation the default image.
 *
 * Only the pixels count: chunks behind the last row need not be there, and
 * ancillary chunks but tRNS and those of the colours are not read.
 * ERR_CORRUPT_IMAGE when pixels are missing or damaged, or the size is not the
 * probe's; ERR_TOO_LARGE when memory does not suffice.
 *
 * png_stream() gives the sink rows with the ICC profile of their colours, where
 * they are not those of sRGB: of the pool. `alpha` says that the file may have
 * transparent pixels. The rows of an interlaced picture come at the end.
 */
bool png_stream(struct work *work, const struct probe *probe,
		const uint8_t *bytes, size_t len,
		const struct row_sink *sink) MUST_CHECK;

/* An image as stored, not yet upright, with 8 or 16 bits, and with the profile
   as "ICM". It is the caller's to destroy. */
bool png_read(Image **image, struct work *work, const struct probe *probe,
	      const uint8_t *bytes, size_t len) MUST_CHECK;

#endif
