#ifndef LIB_PICTURE_JPEG_READ_H
#define LIB_PICTURE_JPEG_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <magick/api.h>

#include "lib/picture/probe.h"
#include "lib/picture/row_sink.h"

/*
 * Decodes a JPEG (ITU-T T.81, 8 bits), reduced to n/8 of both sides, rounded
 * up. n is 1, 2, 4 or 8, and the reduced sides are at least `scale` of the full
 * ones. Uses jpeg_scan.h if it supports the file, else libjpeg-turbo, which
 * also decodes damaged scans.
 *
 * Accepts what libjpeg repairs without changing a pixel: bytes between markers,
 * an unknown JFIF version, a missing end marker. ERR_CORRUPT_IMAGE if pixels
 * are missing or damaged, or the size is not the probe's;
 * ERR_UNSUPPORTED_FORMAT for a process that libjpeg does not support;
 * ERR_TOO_LARGE if out of memory, or for more than max_scans scans. Damage may
 * be known only after the last row.
 */
bool jpeg_stream(struct work *work, const struct probe *probe, double scale,
		 const uint8_t *bytes, size_t len,
		 const struct row_sink *sink) MUST_CHECK;

/* Returns the same as an image, with its ICC profile as the image's profile
   "ICM". The caller destroys it. */
bool jpeg_read(Image **image, struct work *work, const struct probe *probe,
	       double scale, const uint8_t *bytes, size_t len) MUST_CHECK;

#endif
