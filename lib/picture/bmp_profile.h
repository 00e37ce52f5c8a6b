#ifndef LIB_PICTURE_BMP_PROFILE_H
#define LIB_PICTURE_BMP_PROFILE_H

#include <stddef.h>
#include <stdint.h>

#include "lib/picture/bytes.h"

struct pool;

/*
 * Returns the ICC profile of a BMP whose header bmp_header_read() accepts: the
 * profile that a header of version 5 contains, or one made of the end points
 * and gammas of version 4 (MS-WMF 2.2.2.4 and 2.2.2.5). It lives as long as the
 * pool or the file. NULL if the colours are sRGB; these are also used for a
 * profile that is outside the file or in another file, and for invalid numbers.
 */
const uint8_t *bmp_profile(struct pool *pool, size_t *len, struct bytes file);

#endif
