#ifndef LIB_PICTURE_PNG_EXIF_H
#define LIB_PICTURE_PNG_EXIF_H

#include "lib/picture/bytes.h"

struct pool;

/* Returns the whole chunk eXIf (W3C PNG 11.3.4.5) with this EXIF, which begins
   with its TIFF header. The chunk belongs to the pool. */
struct bytes png_exif_chunk(struct pool *pool, struct bytes exif);

#endif
