#ifndef LIB_PICTURE_EXIF_H
#define LIB_PICTURE_EXIF_H

#include <stddef.h>
#include <stdint.h>

/*
 * The orientation that EXIF data say (CIPA DC-008 4.6.5.A), 1 to 8; 1 when
 * they say none, or are damaged. The data begin with the TIFF header, with or
 * without "Exif\0\0" before it. At most 64 KiB are looked at.
 */
unsigned exif_orientation(const uint8_t *data, size_t len);

#endif
