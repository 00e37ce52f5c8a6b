#ifndef LIB_PICTURE_BMP_READ_H
#define LIB_PICTURE_BMP_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <magick/api.h>

#include "lib/picture/probe.h"

/*
 * Decodes what bmp_header_read() accepts, with its ICC profile as the image's
 * profile "ICM". The image is the caller's to destroy.
 *
 * Pixels that RLE data skip have the palette's first colour; those whose index
 * is beyond the palette are black.
 *
 * ERR_CORRUPT_IMAGE when RLE data end too early, or the size is not the
 * probe's; ERR_TOO_LARGE when memory does not suffice.
 */
bool bmp_read(Image **image, struct work *work, const struct probe *probe,
	      const uint8_t *bytes, size_t len) MUST_CHECK;

#endif
