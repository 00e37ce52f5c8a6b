#ifndef LIB_PICTURE_JPEG_PARTS_H
#define LIB_PICTURE_JPEG_PARTS_H

#include "lib/picture/bytes.h"

/*
 * What cameras append to a JPEG, from `end` on, which is behind its EOI marker:
 * more JPEGs (CIPA DC-007 "Multi-Picture Format", ISO 21496-1 gain maps,
 * previews), the video of a motion photo (ISO/IEC 14496-12), and Samsung's
 * trailer (SEF). Returns how many other bytes there are if these are many
 * (surplus.h), else 0. Beside such parts, phones also append data of their own,
 * such as depth maps: then up to half of the file is not many. `others` are
 * such bytes before the end.
 */
uint64_t jpeg_parts_surplus(struct bytes file, size_t end, uint64_t others);

#endif
