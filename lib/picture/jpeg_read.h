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
 * up, n being 1, 2, 4 or 8 and the reduced sides at least `scale` of the whole
 * ones: by jpeg_scan.h where that suits, else with libjpeg-turbo, to which a
 * damaged scan is left, too.
 *
 * What libjpeg repairs without touching a pixel is accepted: bytes between
 * markers, an unknown JFIF version, a missing end marker. ERR_CORRUPT_IMAGE
 * when pixels are missing or damaged, or the size is not the probe's;
 * ERR_UNSUPPORTED_FORMAT for a process that libjpeg lacks; ERR_TOO_LARGE when
 * memory does not suffice or it has more than max_scans scans. Damage is known
 * after the last row.
 */
bool jpeg_stream(struct work *work, const struct probe *probe, double scale,
		 const uint8_t *bytes, size_t len,
		 const struct row_sink *sink) MUST_CHECK;

/* The same as an image, with its ICC profile as the image's profile "ICM". It
   is the caller's to destroy. */
bool jpeg_read(Image **image, struct work *work, const struct probe *probe,
	       double scale, const uint8_t *bytes, size_t len) MUST_CHECK;

#endif
