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

/*
 * Some programs write a smaller picture over a larger one without truncating
 * the file (CVE-2023-21036, CVE-2023-28303): the end of the larger picture
 * stays, and shows what was cropped off. Returns the number of bytes from `end`
 * if they begin as the rest of a scan or header, up to an EOI marker, and
 * nothing follows but parts as above; else 0.
 */
uint64_t jpeg_parts_remains(struct bytes file, size_t end);

#endif
