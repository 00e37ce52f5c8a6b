#ifndef LIB_PICTURE_EXIF_H
#define LIB_PICTURE_EXIF_H

#include <stddef.h>
#include <stdint.h>

/* Returns the orientation in EXIF data (CIPA DC-008 4.6.5.A), 1 to 8; 1 if it
   is absent or damaged. The data begin with the TIFF header, with or without
   "Exif\0\0" before it. Reads at most 64 KiB. */
unsigned exif_orientation(const uint8_t *data, size_t len);

#endif
