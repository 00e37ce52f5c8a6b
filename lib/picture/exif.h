#ifndef LIB_PICTURE_EXIF_H
#define LIB_PICTURE_EXIF_H

#include <stddef.h>
#include <stdint.h>

/* Returns the orientation in EXIF data (CIPA DC-008 4.6.5.A), 1 to 8; 1 if it
   is absent or damaged. The data begin with the TIFF header, with or without
   "Exif\0\0" before it. Reads at most 64 KiB. */
unsigned exif_orientation(const uint8_t *data, size_t len);

struct metadata;
struct pool;
struct tiff;

/* Reads the EXIF tags of a page of a TIFF: make, model, copyright (if it has
   two parts, "photographer; editor"), artist, the time of the original with its
   zone, and the position. Leaves out what is absent, damaged or impossible. The
   texts belong to the pool. */
void exif_read_page(struct metadata *metadata, struct pool *pool,
		    const struct tiff *tiff, uint64_t page);

#endif
