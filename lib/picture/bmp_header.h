#ifndef LIB_PICTURE_BMP_HEADER_H
#define LIB_PICTURE_BMP_HEADER_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/pool.h"

/*
 * A BMP with OS/2's header of 64 bytes, whose palette GraphicsMagick looks for
 * in the wrong place, as one with Windows' header of 40 bytes, which is its
 * beginning. Any other file stays as it is. The bytes belong to the pool.
 */
const uint8_t *bmp_as_windows(struct pool *pool, const uint8_t *bytes,
			      size_t *len);

#endif
