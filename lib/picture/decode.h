#ifndef LIB_PICTURE_DECODE_H
#define LIB_PICTURE_DECODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <magick/api.h>

#include "lib/picture/render.h"

/*
 * Decodes the first frame on its canvas, upright, in sRGB, without metadata.
 * The result may be reduced, to at least twice `scale` of its size (JPEG: 1.5
 * times), where `scale` is that of the largest variant. May change `bytes`. The
 * caller destroys the image.
 */
bool decode(Image **image, struct work *work, const struct renderer *renderer,
	    const struct render_request *request, double scale, uint8_t *bytes,
	    size_t len) MUST_CHECK;

/* The same as stored: not upright, not reduced, and in the colours of its
   profile "ICM", if it has one. */
bool decode_stored(Image **image, struct work *work,
		   const struct renderer *renderer,
		   const struct render_request *request, uint8_t *bytes,
		   size_t len) MUST_CHECK;

/* Converts pixels of GraphicsMagick to those of bitmap.h. */
void decode_export_row(uint8_t *out, const PixelPacket *in, uint32_t count,
		       bool alpha);

/* Fails with the text of an exception of GraphicsMagick. Always returns
   false. */
bool decode_fail(struct work *work, const ExceptionInfo *exception);

#endif
