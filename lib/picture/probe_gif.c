/* probe_gif.c: reads the canvas of a GIF and counts its frames. */
#include "config.h"

#include "lib/picture/probe_formats.h"
#include "lib/picture/surplus.h"

enum {
	HEADER_SIZE = 13,
	FRAME_SIZE = 9,
	HAS_COLOURS = 0x80,
	GRAPHIC_CONTROL = 0xf9,
	HAS_TRANSPARENT = 0x01
};

/* Returns the size of a colour table by the flags of its descriptor. */
static size_t colours_size(uint8_t flags)
{
	return flags & HAS_COLOURS ? (size_t)3 << ((flags & 7) + 1) : 0;
}

/* Returns the offset after the sub-blocks, or the end of the file. */
static size_t skip_blocks(struct bytes bytes, size_t offset)
{
	while (offset < bytes.len && bytes.data[offset])
		offset += 1u + bytes.data[offset];
	return offset < bytes.len ? offset + 1 : bytes.len;
}

static size_t read_extension(struct probe *probe, struct bytes bytes,
			     size_t offset)
{
	if (bytes_hold(bytes, offset, 3) &&
	    bytes.data[offset] == GRAPHIC_CONTROL &&
	    bytes.data[offset + 2] & HAS_TRANSPARENT)
		probe->alpha = true;
	return skip_blocks(bytes, offset + 1);
}

/* The canvas is the logical screen, extended by the first frame if that lies
   partly outside. Decoders differ in what they show then; this is the largest
   result. */
static bool read_first_frame(struct probe *probe, struct work *work,
			     const uint8_t *at)
{
	uint32_t left = le16(at), top = le16(at + 2);
	uint32_t width = le16(at + 4), height = le16(at + 6);

	if (!width || !height)
		return fail(work, ERR_CORRUPT_IMAGE,
			    "expected a first frame of at least one pixel in "
			    "the GIF, found %ux%u; save the picture again",
			    width, height);
	if (!probe->width || !probe->height) {
		probe->width = width;
		probe->height = height;
		return true;
	}
	if (left || top || width < probe->width || height < probe->height)
		probe->alpha = true;
	if (probe->width < left + width)
		probe->width = left + width;
	if (probe->height < top + height)
		probe->height = top + height;
	return true;
}

/* A code has at most 12 bits and stands for at least one pixel, except a few
   that clear the table. */
static size_t skip_frame(struct bytes bytes, size_t offset, uint64_t *others)
{
	enum { CODE_BYTES = 2 };
	const uint8_t *at = bytes.data + offset;
	const uint64_t pixels = (uint64_t)le16(at + 4) * le16(at + 6);
	size_t end;

	offset += FRAME_SIZE + colours_size(at[8]) + 1;
	end = skip_blocks(bytes, offset);
	if (end > offset)
		*others += surplus_of_pixels(end - offset, pixels, CODE_BYTES);
	return end;
}

bool probe_gif(struct probe *probe, struct work *work, struct bytes bytes)
{
	uint64_t others = 0, metadata = 0;
	size_t offset, from;

	probe->frames = 0;
	if (bytes.len < HEADER_SIZE)
		return fail(work, ERR_CORRUPT_IMAGE,
			    "expected a GIF of at least %d bytes, found %zu; "
			    "upload the whole file",
			    HEADER_SIZE, bytes.len);
	probe->width = le16(bytes.data + 6);
	probe->height = le16(bytes.data + 8);

	offset = HEADER_SIZE + colours_size(bytes.data[10]);
	while (offset < bytes.len && probe->frames < PROBE_MAX_FRAMES) {
		uint8_t block = bytes.data[offset++];

		if (block == ';') {
			others += bytes.len - offset;
			break;
		}
		if (block == '!') {
			from = offset;
			offset = read_extension(probe, bytes, offset);
			metadata += offset - from;
		} else if (block == ',') {
			if (!bytes_hold(bytes, offset, FRAME_SIZE))
				break;
			if (!probe->frames++ &&
			    !read_first_frame(probe, work, bytes.data + offset))
				return false;
			offset = skip_frame(bytes, offset, &others);
		} else {
			others++;
		}
	}
	if (probe->frames == PROBE_MAX_FRAMES)
		others += bytes.len - offset;
	others += surplus_of_metadata(metadata, bytes.len);
	probe->surplus = surplus_if_much(others, bytes.len);
	return probe->frames ||
	       fail(work, ERR_CORRUPT_IMAGE,
		    "expected a frame in the GIF, found none in its %zu bytes; "
		    "upload the whole file",
		    bytes.len);
}
