#ifndef LIB_PICTURE_METADATA_H
#define LIB_PICTURE_METADATA_H

#include "lib/base/metadata.h"
#include "lib/picture/bytes.h"
#include "lib/picture/format.h"

struct pool;

/*
 * Reads the metadata of a picture: of a JPEG, PNG or WebP its first blocks of
 * EXIF (CIPA DC-008), XMP (ISO 16684-1) and IPTC-IIM; of a TIFF the same in its
 * main page. Copyright and creator are those of EXIF, else of XMP, else of
 * IPTC, as the Metadata Working Group recommends ("Guidelines for Handling
 * Image Metadata" 2.0) for a file in which XMP and IPTC were written together;
 * the other fields are those of EXIF. What is damaged counts as absent. The
 * texts belong to the pool.
 */
void metadata_read(struct metadata *metadata, struct pool *pool,
		   enum format format, struct bytes bytes);

#endif
