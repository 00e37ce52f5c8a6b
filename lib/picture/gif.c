/* gif.c: parses the frames of a GIF, and writes GIFs. */
#include "config.h"

#include "lib/picture/gif.h"

#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/pool.h"
#include "lib/picture/bytes.h"

/* GIF89a sections 18 to 26. */
enum {
	HEADER_SIZE = 13,
	DESCRIPTOR_SIZE = 9,
	CONTROL_SIZE = 6,
	LOOP_SIZE = 18,
	HAS_COLOURS = 0x80,
	INTERLACED = 0x40,
	HAS_TRANSPARENT = 0x01,
	GRAPHIC_CONTROL = 0xf9,
	APPLICATION = 0xff,
	PLAYS_MAX = 65535
};

/* The graphic control extension of the next frame. */
struct control {
	uint32_t delay_cs;
	enum gif_disposal disposal;
	int transparent;
};

static const struct control no_control = { 0, GIF_KEEP, -1 };

struct parser {
	struct bytes bytes;
	size_t offset;
	struct gif *gif;
	struct control control;
	const uint8_t *colours; /* palette of frames without their own */
	unsigned colour_bits;
};

/* Moves after the sub-blocks; false if they are incomplete. */
static bool skip_blocks(struct parser *parser)
{
	const struct bytes bytes = parser->bytes;

	while (parser->offset < bytes.len) {
		const uint8_t size = bytes.data[parser->offset++];

		if (!size)
			return true;
		if (!bytes_hold(bytes, parser->offset, size))
			return false;
		parser->offset += size;
	}
	return false;
}

/* Reads a colour table if the flags announce one. */
static bool read_colours(const uint8_t **colours, unsigned *bits,
			 struct parser *parser, uint8_t flags)
{
	const unsigned table_bits = (flags & 7u) + 1;
	const size_t size = (size_t)3 << table_bits;

	if (!(flags & HAS_COLOURS))
		return true;
	if (!bytes_hold(parser->bytes, parser->offset, size))
		return false;
	*colours = parser->bytes.data + parser->offset;
	*bits = table_bits;
	parser->offset += size;
	return true;
}

static void read_control(struct parser *parser, const uint8_t *at)
{
	const unsigned disposal = at[1] >> 2 & 7u;

	parser->control = (struct control){
		.delay_cs = le16(at + 2),
		.disposal = disposal == GIF_CLEAR || disposal == GIF_RESTORE
				    ? (enum gif_disposal)disposal
				    : GIF_KEEP,
		.transparent = at[1] & HAS_TRANSPARENT ? at[4] : -1,
	};
}

/* The extension counts repetitions after the first run. */
static void read_loops(struct parser *parser, const uint8_t *at)
{
	const uint32_t repetitions = le16(at + 14);

	if ((memcmp(at + 1, "NETSCAPE2.0", 11) &&
	     memcmp(at + 1, "ANIMEXTS1.0", 11)) ||
	    at[12] != 3 || at[13] != 1)
		return;
	parser->gif->plays = repetitions && repetitions < PLAYS_MAX
				     ? repetitions + 1
				     : repetitions;
}

static bool read_extension(struct parser *parser)
{
	const struct bytes bytes = parser->bytes;
	const uint8_t *at = bytes.data + parser->offset + 1;
	uint8_t label;

	if (!bytes_hold(bytes, parser->offset, 1))
		return false;
	label = bytes.data[parser->offset++];
	if (label == GRAPHIC_CONTROL && bytes_hold(bytes, parser->offset, 5) &&
	    at[0] >= 4)
		read_control(parser, at);
	if (label == APPLICATION && bytes_hold(bytes, parser->offset, 16) &&
	    at[0] == 11)
		read_loops(parser, at);
	return skip_blocks(parser);
}

static bool read_frame(struct parser *parser)
{
	struct gif_frame frame = {
		.delay_cs = parser->control.delay_cs,
		.disposal = parser->control.disposal,
		.transparent = parser->control.transparent,
		.colours = parser->colours,
		.colour_bits = parser->colour_bits,
	};
	const uint8_t *at = parser->bytes.data + parser->offset;

	if (!bytes_hold(parser->bytes, parser->offset, DESCRIPTOR_SIZE + 1))
		return false;
	frame.left = le16(at);
	frame.top = le16(at + 2);
	frame.width = le16(at + 4);
	frame.height = le16(at + 6);
	frame.interlaced = at[8] & INTERLACED;
	parser->offset += DESCRIPTOR_SIZE;
	if (!read_colours(&frame.colours, &frame.colour_bits, parser, at[8]))
		return false;
	frame.data = parser->bytes.data + parser->offset;
	parser->offset++; /* the size of the first code */
	if (!skip_blocks(parser))
		return false;
	frame.data_len =
		(size_t)(parser->bytes.data + parser->offset - frame.data);
	parser->gif->frames[parser->gif->count++] = frame;
	parser->control = no_control;
	return true;
}

/* Returns false at the trailer, the end of the file, or damage. */
static bool read_block(struct parser *parser)
{
	if (parser->offset >= parser->bytes.len)
		return false;
	switch (parser->bytes.data[parser->offset++]) {
	case '!':
		return read_extension(parser);
	case ',':
		return read_frame(parser);
	case ';':
		return false;
	default: /* ignores other bytes between blocks */
		return true;
	}
}

bool gif_parse(struct gif *gif, struct work *work, const uint8_t *bytes,
	       size_t len, uint32_t max_frames)
{
	struct parser parser = { .bytes = { bytes, len },
				 .offset = HEADER_SIZE,
				 .gif = gif,
				 .control = no_control };

	*gif = (struct gif){ .plays = 1 };
	gif->frames = pool_alloc(work->pool, max_frames * sizeof(*gif->frames));
	if (len >= HEADER_SIZE &&
	    read_colours(&parser.colours, &parser.colour_bits, &parser,
			 bytes[10]))
		while (gif->count < max_frames && read_block(&parser))
			;
	return gif->count || fail(work, ERR_CORRUPT_IMAGE,
				  "expected a whole frame in the GIF, found "
				  "none");
}

bool gif_add_header(struct buf *buf, uint32_t width, uint32_t height,
		    uint32_t plays)
{
	uint8_t header[HEADER_SIZE] = "GIF89a";
	uint8_t loop[LOOP_SIZE + 1] = "!\xff\x0bNETSCAPE2.0\x03\x01";

	put_le16(header + 6, width);
	put_le16(header + 8, height);
	put_le16(loop + 16, plays ? plays - 1 : 0);
	return buf_add(buf, header, sizeof(header)) &&
	       (plays == 1 || buf_add(buf, loop, sizeof(loop)));
}

static bool add_control(struct buf *buf, const struct gif_frame *frame)
{
	uint8_t control[CONTROL_SIZE + 2] = { '!', GRAPHIC_CONTROL, 4 };

	control[3] = (uint8_t)(frame->disposal << 2);
	put_le16(control + 4, frame->delay_cs);
	if (frame->transparent >= 0) {
		control[3] |= HAS_TRANSPARENT;
		control[6] = (uint8_t)frame->transparent;
	}
	return buf_add(buf, control, sizeof(control));
}

bool gif_add_frame(struct buf *buf, const struct gif_frame *frame)
{
	uint8_t descriptor[1 + DESCRIPTOR_SIZE] = { ',' };
	const unsigned bits = frame->colour_bits;

	put_le16(descriptor + 1, frame->left);
	put_le16(descriptor + 3, frame->top);
	put_le16(descriptor + 5, frame->width);
	put_le16(descriptor + 7, frame->height);
	if (bits)
		descriptor[9] = (uint8_t)(HAS_COLOURS | (bits - 1));
	if (frame->interlaced)
		descriptor[9] |= INTERLACED;
	return add_control(buf, frame) &&
	       buf_add(buf, descriptor, sizeof(descriptor)) &&
	       (!bits || buf_add(buf, frame->colours, (size_t)3 << bits)) &&
	       buf_add(buf, frame->data, frame->data_len);
}

bool gif_add_trailer(struct buf *buf)
{
	return buf_add(buf, ";", 1);
}
