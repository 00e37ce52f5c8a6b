#ifndef LIB_PICTURE_XMP_H
#define LIB_PICTURE_XMP_H

#include "lib/picture/bytes.h"

struct pool;

/*
 * Returns a property of Dublin Core in an XMP packet: "rights", of which it is
 * the first language, which is the default one; or "creator", whose values have
 * "; " between. NULL if it is absent (metadata_text.h).
 *
 * A bounded search instead of an XML parser: the form of the two properties is
 * fixed (ISO 16684-1 8.3), an array of texts in an element, so nothing has to
 * be known about the elements around it. It knows the prefixes that the packet
 * declares, the entities of XML 1.0 and character references. It ignores what
 * XMP writers do not use: other encodings than UTF-8, CDATA, and declarations
 * of entities. It reads at most 256 KiB.
 */
const char *xmp_find(struct pool *pool, struct bytes xmp, const char *property);

#endif
