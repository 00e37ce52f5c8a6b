#ifndef LIB_PICTURE_JPEG_MARKER_H
#define LIB_PICTURE_JPEG_MARKER_H

#include "lib/picture/bytes.h"

/* The markers of a JPEG: ITU-T T.81, table B.1. */
enum {
	MARKER_SOF0 = 0xc0,
	MARKER_SOF2 = 0xc2,
	MARKER_SOF9 = 0xc9,
	MARKER_SOF10 = 0xca,
	MARKER_SOF15 = 0xcf,
	MARKER_DHT = 0xc4,
	MARKER_JPG = 0xc8,
	MARKER_DAC = 0xcc,
	MARKER_RST0 = 0xd0,
	MARKER_SOI = 0xd8,
	MARKER_EOI = 0xd9,
	MARKER_SOS = 0xda,
	MARKER_APP0 = 0xe0,
	MARKER_APP1 = 0xe1,
	MARKER_APP13 = 0xed,
};

/* Finds the next marker at or after *offset, and moves the offset after it;
   false if there is none. Also skips compressed data. */
bool jpeg_marker_next(struct bytes bytes, size_t *offset, uint8_t *marker);

/* Returns the segment of that marker, or the part of it that the file has;
   empty for a marker without one. Moves the offset after it. False at the end
   of the file. */
bool jpeg_marker_segment(struct bytes bytes, size_t *offset,
			 struct bytes *segment);

/* Whether the marker has no segment: TEM, RST0 to RST7, SOI, EOI and the
   reserved ones. */
bool jpeg_marker_is_alone(uint8_t marker);

#endif
