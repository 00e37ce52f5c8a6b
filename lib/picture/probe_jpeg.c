/* probe_jpeg.c: reads the size of a JPEG and counts its scans. */
#include "config.h"

#include "lib/picture/probe_formats.h"

#include <string.h>

#include "lib/picture/exif.h"
#include "lib/picture/jpeg_marker.h"
#include "lib/picture/jpeg_parts.h"
#include "lib/picture/surplus.h"

static bool is_frame(uint8_t marker)
{
	return marker >= MARKER_SOF0 && marker <= MARKER_SOF15 &&
	       marker != MARKER_DHT && marker != MARKER_JPG &&
	       marker != MARKER_DAC;
}

/* libjpeg-turbo 2.1 decodes baseline, extended and progressive processes, with
   Huffman or arithmetic coding. */
static bool is_decodable(uint8_t marker)
{
	return marker <= MARKER_SOF2 || marker == MARKER_SOF9 ||
	       marker == MARKER_SOF10;
}

/* T.81 B.2.2. No decoder here supports a height of 0, which a later DNL marker
   would define. */
static bool read_frame(struct probe *probe, struct work *work, uint8_t marker,
		       struct bytes frame)
{
	unsigned precision, parts;

	if (frame.len < 6 || frame.len != 6u + 3u * frame.data[5])
		return fail(work, ERR_CORRUPT_IMAGE,
			    "expected a JPEG frame header of 6 bytes and 3 for "
			    "each component, found %zu; save the picture again",
			    frame.len);
	precision = frame.data[0];
	parts = frame.data[5];
	if (!is_decodable(marker) || precision == 12)
		return fail(work, ERR_UNSUPPORTED_FORMAT,
			    "expected a baseline or progressive JPEG of 8 bits,"
			    " found process SOF%d of %u bits; save the picture"
			    " as such",
			    marker - MARKER_SOF0, precision);
	if (precision != 8)
		return fail(work, ERR_CORRUPT_IMAGE,
			    "expected a JPEG of 8 bits, found %u bits; save "
			    "the picture again",
			    precision);
	if (parts != 1 && parts != 3 && parts != 4)
		return fail(work, ERR_UNSUPPORTED_FORMAT,
			    "expected a JPEG of 1, 3 or 4 colour components, "
			    "found %u; save the picture as RGB",
			    parts);

	probe->height = be16(frame.data + 1);
	probe->width = be16(frame.data + 3);
	probe->gray = parts == 1;
	probe->pixel_bits = 8 * parts;
	probe->progressive = marker == MARKER_SOF2 || marker == MARKER_SOF10;
	probe->whole = probe->progressive;
	if (!probe->width || !probe->height)
		return fail(work, ERR_CORRUPT_IMAGE,
			    "expected a JPEG of at least one pixel, found "
			    "%ux%u; save the picture again",
			    probe->width, probe->height);
	return true;
}

/* T.81 B.2.3: if a scan has only some of the components, other scans follow. */
static void count_scan(struct probe *probe, struct bytes scan)
{
	probe->scans++;
	if (!scan.len || 8u * scan.data[0] < probe->pixel_bits)
		probe->whole = true;
}

static bool is_exif(uint8_t marker, struct bytes segment)
{
	return marker == MARKER_APP1 && segment.len > 6 &&
	       !memcmp(segment.data, "Exif\0", 6);
}

/* Compressed data of all scans never need more than this for each pixel: 64
   coefficients a block, 3 components, at most 27 bits. */
enum { PIXEL_BYTES = 32 };

/* `between` is the number of bytes outside the segments. Besides the data of
   the pixels, few such bytes are needed. */
static uint64_t surplus(const struct probe *probe, struct bytes bytes,
			size_t end, uint64_t between)
{
	const uint64_t pixels = (uint64_t)probe->width * probe->height;

	return jpeg_parts_surplus(
		bytes, end,
		surplus_of_pixels(between, pixels, PIXEL_BYTES) +
			surplus_of_metadata(end - between, bytes.len));
}

bool probe_jpeg(struct probe *probe, struct work *work, struct bytes bytes)
{
	bool has_frame = false, has_exif = false;
	uint64_t between = 0; /* bytes between the segments */
	size_t offset = 2, from = 2, end = bytes.len;
	struct bytes segment;
	uint8_t marker = 0;

	for (; jpeg_marker_next(bytes, &offset, &marker); from = offset) {
		between += offset - 2 - from;
		if (marker == MARKER_EOI) {
			end = offset;
			break;
		}
		if (jpeg_marker_is_alone(marker)) {
			between += 2;
			continue;
		}
		if (!jpeg_marker_segment(bytes, &offset, &segment))
			break;
		if (is_frame(marker) && !has_frame) {
			if (!read_frame(probe, work, marker, segment))
				return false;
			has_frame = true;
		} else if (is_exif(marker, segment) && !has_exif) {
			probe->orientation =
				exif_orientation(segment.data, segment.len);
			has_exif = true;
		} else if (marker == MARKER_SOS && !has_frame) {
			break;
		} else if (marker == MARKER_SOS) {
			count_scan(probe, segment);
		}
	}
	if (!has_frame || !probe->scans)
		return fail(work, ERR_CORRUPT_IMAGE,
			    "expected %s in the JPEG, found none in its %zu "
			    "bytes; upload the whole file",
			    has_frame ? "a scan" : "a frame header", bytes.len);
	if (marker != MARKER_EOI)
		between += end - offset;
	probe->remains = jpeg_parts_remains(bytes, end);
	bytes.len -= probe->remains;
	probe->surplus = surplus(probe, bytes, end, between);
	return true;
}
