/* jpeg_parts.c: finds the data that follow the picture in a JPEG. */
#include "config.h"

#include "lib/picture/jpeg_parts.h"

#include <ctype.h>
#include <string.h>

#include "lib/picture/jpeg_marker.h"
#include "lib/picture/surplus.h"

/* Parts are aligned, or have a few bytes of their own before them. */
enum { MOST_GAP = 64 << 10 };

enum { SEF_END = 8, SEF_HEADER = 12, SEF_ENTRY = 12, SEF_MOST = 1024 };

static bool is_at(struct bytes file, size_t offset, const char *text)
{
	const size_t len = strlen(text);

	return bytes_hold(file, offset, len) &&
	       !memcmp(file.data + offset, text, len);
}

static bool is_jpeg(struct bytes file, size_t offset)
{
	return is_at(file, offset, "\xff\xd8\xff");
}

static bool is_video(struct bytes file, size_t offset)
{
	return is_at(file, offset + 4, "ftyp");
}

/* Moves after the EOI marker, or to the end of the file. False if there is no
   EOI or no scan. */
static bool skip_jpeg(struct bytes file, size_t *offset)
{
	bool has_scan = false;
	struct bytes segment;
	uint8_t marker;

	while (jpeg_marker_next(file, offset, &marker)) {
		if (marker == MARKER_EOI)
			return has_scan;
		if (!jpeg_marker_is_alone(marker) &&
		    !jpeg_marker_segment(file, offset, &segment))
			break;
		has_scan = has_scan || marker == MARKER_SOS;
	}
	*offset = file.len;
	return false;
}

/* Returns the size of a box (ISO/IEC 14496-12, 4.2), or 0 if there is none. */
static uint64_t box_size(struct bytes file, size_t offset)
{
	const uint8_t *at = file.data + offset;
	uint64_t size;

	if (!bytes_hold(file, offset, 8))
		return 0;
	for (int i = 4; i < 8; i++)
		if (!isalnum(at[i]) && at[i] != ' ')
			return 0;
	size = be32(at);
	if (size == 1 && bytes_hold(file, offset, 16))
		size = (uint64_t)be32(at + 8) << 32 | be32(at + 12);
	return size >= 8 && bytes_hold(file, offset, size) ? size : 0;
}

/* Moves after the boxes; false if not even the first is complete. */
static bool skip_video(struct bytes file, size_t *offset)
{
	const uint64_t first = box_size(file, *offset);
	uint64_t size;

	while ((size = box_size(file, *offset)))
		*offset += (size_t)size;
	*offset += !first;
	return first;
}

/* Finds the start of Samsung's trailer. The directory at its end has the
   distance to each entry's data. Returns the end of the file if there is no
   trailer. */
static size_t find_sef(struct bytes file)
{
	size_t size, count, header, most = 0;

	if (file.len < SEF_END || !is_at(file, file.len - 4, "SEFT"))
		return file.len;
	size = le32(file.data + file.len - SEF_END);
	if (size < SEF_HEADER || size > file.len - SEF_END)
		return file.len;
	header = file.len - SEF_END - size;
	count = le32(file.data + header + 8);
	if (!is_at(file, header, "SEFH") || count > SEF_MOST ||
	    size < SEF_HEADER + count * SEF_ENTRY)
		return file.len;
	for (size_t i = 0; i < count; i++) {
		const size_t distance = le32(file.data + header + SEF_HEADER +
					     i * SEF_ENTRY + 4);

		if (distance > most && distance <= header)
			most = distance;
	}
	return header - most;
}

/* Finds the next part at or after the offset; there may be a gap. */
static size_t find_part(struct bytes file, size_t offset)
{
	const size_t most =
		file.len - offset < MOST_GAP ? file.len - offset : MOST_GAP;

	for (size_t gap = 0; gap < most; gap++)
		if (is_jpeg(file, offset + gap) || is_video(file, offset + gap))
			return offset + gap;
	return file.len;
}

/* In compressed data only RST0 to RST7 occur; segments follow it, or precede it
   in the header. SOI begins another picture. */
static bool skip_remains(struct bytes file, size_t *offset)
{
	struct bytes segment;
	uint8_t marker;

	while (jpeg_marker_next(file, offset, &marker)) {
		if (marker == MARKER_EOI)
			return true;
		if (marker == MARKER_SOI || marker < MARKER_SOF0)
			return false;
		if (!jpeg_marker_is_alone(marker) &&
		    !jpeg_marker_segment(file, offset, &segment))
			return false;
	}
	return false;
}

uint64_t jpeg_parts_remains(struct bytes file, size_t end)
{
	/* Some programs write EOI twice, or a few bytes before the second. */
	enum { LEAST = 32 };
	const struct bytes front = { file.data, find_sef(file) };
	size_t offset = end;

	if (file.len - end < LEAST || end > front.len ||
	    !skip_remains(front, &offset))
		return 0;
	if (offset < front.len && !is_jpeg(front, offset) &&
	    !is_video(front, offset))
		return 0;
	return file.len - end;
}

uint64_t jpeg_parts_surplus(struct bytes file, size_t end, uint64_t others)
{
	const struct bytes front = { file.data, find_sef(file) };
	bool has_parts = front.len < file.len;
	uint64_t sum = others;

	while (end < front.len) {
		const size_t part = find_part(front, end);
		bool is_whole = false;

		sum += part - end;
		end = part;
		if (is_jpeg(front, part))
			is_whole = skip_jpeg(front, &end);
		else if (is_video(front, part))
			is_whole = skip_video(front, &end);
		has_parts = has_parts || is_whole;
		if (!is_whole)
			sum += end - part;
	}
	if (has_parts)
		return sum > file.len / 2 ? sum : 0;
	return surplus_if_much(sum, file.len);
}
