#ifndef LIB_PICTURE_BMP_READ_H
#define LIB_PICTURE_BMP_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <magick/api.h>

#include "lib/picture/probe.h"

/*
 * Decodes a BMP that bmp_header_read() accepts, with its ICC profile as the
 * image's profile "ICM". The caller destroys the image.
 *
 * Pixels that RLE data skip have the first palette colour. Pixels whose index
 * is after the end of the palette are black.
 *
 * ERR_CORRUPT_IMAGE if RLE data end too early, or the size is not the probe's;
 * ERR_TOO_LARGE if out of memory.
 */
bool bmp_read(Image **image, struct work *work, const struct probe *probe,
	      const uint8_t *bytes, size_t len) MUST_CHECK;

#endif
