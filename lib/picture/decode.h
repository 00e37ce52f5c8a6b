#ifndef LIB_PICTURE_DECODE_H
#define LIB_PICTURE_DECODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <magick/api.h>

#include "lib/picture/paint.h"

/*
 * The first frame on its canvas, upright, in sRGB, without any metadata. It
 * may come reduced, to no less than twice `scale` of its size (a JPEG: 1.5
 * times), where `scale` is that of the largest variant. `bytes` may be changed.
 * The image is the caller's to destroy.
 */
bool decode(Image **image, struct work *work, const struct paint *paint,
	    const struct paint_task *task, double scale, uint8_t *bytes,
	    size_t len) MUST_CHECK;

/* The same as it is stored: neither turned nor reduced, and in the colours of
   its profile "ICM", if it has one. */
bool decode_stored(Image **image, struct work *work, const struct paint *paint,
		   const struct paint_task *task, uint8_t *bytes,
		   size_t len) MUST_CHECK;

/* Fails with what an exception of GraphicsMagick says: always false. */
bool decode_fail(struct work *work, const ExceptionInfo *exception);

#endif
