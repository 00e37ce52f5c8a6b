#ifndef LIB_PICTURE_PNG_READ_H
#define LIB_PICTURE_PNG_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <magick/api.h>

#include "lib/picture/probe.h"

/*
 * Decodes a PNG (W3C PNG, third edition) with libpng: as stored, not yet
 * upright, with 8 or 16 bits, and with the ICC profile of its colours, where
 * they are not those of sRGB, as the image's profile "ICM". Of an animation it
 * is the default image. The image is the caller's to destroy.
 *
 * Only the pixels count: chunks behind the last row need not be there, and
 * ancillary chunks but tRNS and iCCP are not read. ERR_CORRUPT_IMAGE when
 * pixels are missing or damaged, or the size is not the probe's; ERR_TOO_LARGE
 * when memory does not suffice.
 */
bool png_read(Image **image, struct work *work, const struct probe *probe,
	      const uint8_t *bytes, size_t len) MUST_CHECK;

#endif
