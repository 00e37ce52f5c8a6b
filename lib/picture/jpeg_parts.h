#ifndef LIB_PICTURE_JPEG_PARTS_H
#define LIB_PICTURE_JPEG_PARTS_H

#include "lib/picture/bytes.h"

/*
 * Checks what cameras append to a JPEG, from `end` (after its EOI marker): more
 * JPEGs (CIPA DC-007 "Multi-Picture Format", ISO 21496-1 gain maps, previews),
 * the video of a motion photo (ISO/IEC 14496-12), and Samsung's trailer (SEF).
 * Returns the number of other bytes if they are many (surplus.h), else 0. Next
 * to such parts, phones also append other data, such as depth maps: then up to
 * half of the file is not many. `others` is the number of such bytes before
 * `end`.
 */
uint64_t jpeg_parts_surplus(struct bytes file, size_t end, uint64_t others);

#endif
