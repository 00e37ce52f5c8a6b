/* jpeg_marker.c: finds the markers of a JPEG and their segments. */
#include "config.h"

#include "lib/picture/jpeg_marker.h"

#include <string.h>

/* In compressed data, a 0xff byte is followed by 0. */
bool jpeg_marker_next(struct bytes bytes, size_t *offset, uint8_t *marker)
{
	const uint8_t *at = bytes.data + *offset;
	const uint8_t *end = bytes.data + bytes.len;

	while (at < end) {
		if (*at != 0xff)
			at = memchr(at, 0xff, (size_t)(end - at));
		if (!at || end - at < 2)
			return false;
		if (at[1] == 0xff) {
			at++;
		} else if (at[1]) {
			*marker = at[1];
			*offset = (size_t)(at + 2 - bytes.data);
			return true;
		} else {
			at += 2;
		}
	}
	return false;
}

bool jpeg_marker_is_alone(uint8_t marker)
{
	return marker < MARKER_SOF0 ||
	       (marker >= MARKER_RST0 && marker <= MARKER_EOI);
}

/* Like libjpeg, treats the lengths 0 and 1 as 2, so that the rest is read the
   same way. */
bool jpeg_marker_segment(struct bytes bytes, size_t *offset,
			 struct bytes *segment)
{
	size_t size, left = bytes.len - *offset;

	if (left < 2)
		return false;
	size = be16(bytes.data + *offset);
	if (size < 2)
		size = 2;
	if (size > left)
		size = left;
	*segment = (struct bytes){ bytes.data + *offset + 2, size - 2 };
	*offset += size;
	return true;
}
