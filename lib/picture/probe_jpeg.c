/* probe_jpeg.c: the size and the scans of a JPEG, marker by marker. */
#include "config.h"

#include "lib/picture/probe_formats.h"

#include <string.h>

#include "lib/picture/exif.h"

/* ITU-T T.81, table B.1 */
enum {
	SOF0 = 0xc0,
	SOF2 = 0xc2,
	SOF9 = 0xc9,
	SOF10 = 0xca,
	SOF15 = 0xcf,
	DHT = 0xc4,
	JPG = 0xc8,
	DAC = 0xcc,
	RST0 = 0xd0,
	SOI = 0xd8,
	EOI = 0xd9,
	SOS = 0xda,
	APP1 = 0xe1,
};

/* The next marker at or after *offset, which moves behind it. Compressed data
   are passed over here too: a 0xff in them is followed by 0. */
static bool next_marker(struct bytes bytes, size_t *offset, uint8_t *marker)
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

static bool is_frame(uint8_t marker)
{
	return marker >= SOF0 && marker <= SOF15 && marker != DHT &&
	       marker != JPG && marker != DAC;
}

/* TEM, RST0 to RST7, SOI and the reserved ones. */
static bool has_no_segment(uint8_t marker)
{
	return marker < SOF0 || (marker >= RST0 && marker <= SOI);
}

/* libjpeg-turbo 2.1 decodes baseline, extended and progressive processes, with
   Huffman or arithmetic coding. */
static bool is_decodable(uint8_t marker)
{
	return marker <= SOF2 || marker == SOF9 || marker == SOF10;
}

/* T.81 B.2.2. A height of 0, to be defined by a DNL marker later, is what no
   decoder here takes. */
static bool read_frame(struct probe *probe, struct work *work, uint8_t marker,
		       struct bytes frame)
{
	unsigned precision, parts;

	if (frame.len < 6 || frame.len != 6u + 3u * frame.data[5])
		return fail(work, ERR_CORRUPT_IMAGE,
			    "a JPEG whose frame header is damaged");
	precision = frame.data[0];
	parts = frame.data[5];
	if (!is_decodable(marker) || precision == 12)
		return fail(work, ERR_UNSUPPORTED_FORMAT,
			    "expected a baseline or progressive JPEG of 8 bits,"
			    " found process SOF%d of %u bits",
			    marker - SOF0, precision);
	if (precision != 8)
		return fail(work, ERR_CORRUPT_IMAGE,
			    "expected a JPEG of 8 bits, found %u bits",
			    precision);
	if (parts != 1 && parts != 3 && parts != 4)
		return fail(work, ERR_UNSUPPORTED_FORMAT,
			    "expected a JPEG of 1, 3 or 4 colour components, "
			    "found %u",
			    parts);

	probe->height = be16(frame.data + 1);
	probe->width = be16(frame.data + 3);
	probe->gray = parts == 1;
	probe->progressive = marker == SOF2 || marker == SOF10;
	if (!probe->width || !probe->height)
		return fail(work, ERR_CORRUPT_IMAGE, "a JPEG of %ux%u pixels",
			    probe->width, probe->height);
	return true;
}

static bool is_exif(uint8_t marker, struct bytes segment)
{
	return marker == APP1 && segment.len > 6 &&
	       !memcmp(segment.data, "Exif\0", 6);
}

/* The segment at the offset, as far as it is there. libjpeg takes the lengths
   0 and 1 for 2, so that what follows is read the same way here. */
static bool take_segment(struct bytes bytes, size_t *offset,
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

bool probe_jpeg(struct probe *probe, struct work *work, struct bytes bytes)
{
	bool has_frame = false, has_exif = false;
	struct bytes segment;
	size_t offset = 2;
	uint8_t marker;

	while (next_marker(bytes, &offset, &marker) && marker != EOI) {
		if (has_no_segment(marker))
			continue;
		if (!take_segment(bytes, &offset, &segment))
			break;
		if (is_frame(marker) && !has_frame) {
			if (!read_frame(probe, work, marker, segment))
				return false;
			has_frame = true;
		} else if (is_exif(marker, segment) && !has_exif) {
			probe->orientation =
				exif_orientation(segment.data, segment.len);
			has_exif = true;
		} else if (marker == SOS && !has_frame) {
			break;
		} else if (marker == SOS) {
			probe->scans++;
		}
	}
	if (!has_frame || !probe->scans)
		return fail(work, ERR_CORRUPT_IMAGE,
			    "a JPEG without %s, of %zu bytes",
			    has_frame ? "a scan" : "a frame header", bytes.len);
	return true;
}
