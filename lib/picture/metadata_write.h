#ifndef LIB_PICTURE_METADATA_WRITE_H
#define LIB_PICTURE_METADATA_WRITE_H

#include "lib/base/metadata.h"
#include "lib/picture/bytes.h"
#include "lib/picture/format.h"

struct pool;

/* A file is its pieces, one after the other. */
struct metadata_file {
	struct bytes pieces[3];
	size_t count;
};

/*
 * Adds the copyright and the creator to a finished file, as EXIF (CIPA DC-008)
 * in UTF-8: to a JPEG as APP1 after JFIF, to a PNG as eXIf after its header
 * (W3C PNG 11.3.4.5), to a WebP as its last chunk (RFC 9649 2.7). This adds at
 * most METADATA_WRITE_MAX bytes. A file stays as it is if there is neither
 * text, if its format has no EXIF here (GIF, TIFF, BMP), if it has metadata
 * already, or if its structure is damaged or unknown. The pieces refer to
 * `bytes` and to the pool.
 */
void metadata_write(struct metadata_file *file, struct pool *pool,
		    enum format format, struct bytes bytes,
		    const struct metadata *metadata);

enum { METADATA_WRITE_MAX = 1080 };

#endif
