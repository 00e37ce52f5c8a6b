#ifndef LIB_PICTURE_TIFF_SURPLUS_H
#define LIB_PICTURE_TIFF_SURPLUS_H

#include <stdint.h>

#include "lib/picture/tiff.h"

/*
 * How many bytes of a TIFF are no part of it, if these are many (surplus.h),
 * else 0: those to which no directory, strip or tile refers, those that strips
 * and tiles have beyond what their pixels can need, and too much metadata,
 * which the values of all tags are. Pages, reduced copies and the directories
 * of EXIF count as parts.
 */
uint64_t tiff_surplus(const struct tiff *tiff);

#endif
