#ifndef LIB_PICTURE_TIFF_SURPLUS_H
#define LIB_PICTURE_TIFF_SURPLUS_H

#include <stdint.h>

#include "lib/picture/tiff.h"

/*
 * Returns how many bytes of a TIFF are not part of it, if they are many
 * (surplus.h), else 0. These are bytes that no directory, strip or tile refers
 * to; bytes of strips and tiles beyond what their pixels can need; and too much
 * metadata, which are the values of all tags. Pages, reduced copies and EXIF
 * directories are parts.
 */
uint64_t tiff_surplus(const struct tiff *tiff);

#endif
