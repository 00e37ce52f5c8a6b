#ifndef LIB_PICTURE_BMP_PROFILE_H
#define LIB_PICTURE_BMP_PROFILE_H

#include <stddef.h>
#include <stdint.h>

#include "lib/picture/bytes.h"

struct pool;

/*
 * The ICC profile of a BMP whose header bmp_header_read() accepts: the one that
 * a header of version 5 contains, or one made of the end points and gammas of
 * version 4 (MS-WMF 2.2.2.4 and 2.2.2.5). It lives as long as the pool or the
 * file. NULL when the colours are sRGB, which is also what they are where the
 * header says nothing of use: a profile that lies outside the file or in
 * another one, and numbers that make no sense.
 */
const uint8_t *bmp_profile(struct pool *pool, size_t *len, struct bytes file);

#endif
