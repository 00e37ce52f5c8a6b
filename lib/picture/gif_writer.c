/* gif_writer.c: writes animated GIFs; each frame has its own palette. */
#include "config.h"

#include "lib/picture/animation.h"

#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/conf.h"
#include "lib/base/pool.h"
#include "lib/picture/encode.h"
#include "lib/picture/gif.h"

/* A frame is written when the next frame is known, because that decides whether
   the frame must be cleared. */
struct writer {
	struct buf *file;
	struct pool *pool;
	uint32_t plays;
	uint32_t count;      /* frames that were added */
	uint64_t elapsed_ms; /* start time of the frame that is not written yet
			      */
	struct animation_frame frames[2]; /* the last two, alternating */
};

static bool open_file(void **opened, struct work *work, uint32_t plays,
		      uint32_t quality)
{
	/* A pixel has at most 12 bits, the headers of a frame less than 1024
	   bytes. */
	const size_t max = 2 * (size_t)work->conf->max_pixels +
			   (size_t)ANIMATION_MAX_FRAMES * 1024;
	struct writer *writer = pool_alloc(work->pool, sizeof(*writer));

	(void)quality;
	writer->file = buf_new(work->pool, max);
	writer->pool = work->pool;
	writer->plays = plays;
	*opened = writer;
	return true;
}

/* Returns the delay, rounded so that the sum of all delays is right. */
static uint32_t take_delay(struct writer *writer, uint32_t duration_ms)
{
	const uint64_t from = (writer->elapsed_ms + 5) / 10;
	uint64_t delay_cs;

	writer->elapsed_ms += duration_ms;
	delay_cs = (writer->elapsed_ms + 5) / 10 - from;
	return delay_cs < UINT16_MAX ? (uint32_t)delay_cs : UINT16_MAX;
}

static bool row_differs(const struct bitmap *a, const struct bitmap *b,
			uint32_t y)
{
	return memcmp(bitmap_row(a, y), bitmap_row(b, y), (size_t)a->width * 4);
}

static bool column_differs(const struct bitmap *a, const struct bitmap *b,
			   uint32_t x)
{
	for (uint32_t y = 0; y < a->height; y++)
		if (memcmp(bitmap_row(a, y) + (size_t)x * 4,
			   bitmap_row(b, y) + (size_t)x * 4, 4))
			return true;
	return false;
}

/* Returns the area in which two pictures of the same size differ; one pixel if
   they are equal. */
static struct gif_frame find_change(const struct bitmap *a,
				    const struct bitmap *b)
{
	uint32_t left = 0, top = 0, right = a->width, bottom = a->height;

	while (top < bottom - 1 && !row_differs(a, b, top))
		top++;
	while (bottom - 1 > top && !row_differs(a, b, bottom - 1))
		bottom--;
	while (left < right - 1 && !column_differs(a, b, left))
		left++;
	while (right - 1 > left && !column_differs(a, b, right - 1))
		right--;
	return (struct gif_frame){ .left = left,
				   .top = top,
				   .width = right - left,
				   .height = bottom - top };
}

/* GraphicsMagick chooses the palette and compresses; its file of one frame is
   then parsed. */
static bool encode_part(struct rendition *rendition, struct gif *gif,
			struct work *work, const struct bitmap *part)
{
	Image *image;
	bool ok;

	if (!encode_import(&image, work, part))
		return false;
	ok = encode(rendition, work, work->conf, image, FORMAT_GIF, 0);
	DestroyImage(image);
	return ok && gif_parse(gif, work, rendition->bytes, rendition->len, 1);
}

/* Some readers clear a frame to its transparent colour, or show no transparency
   if the first frame has none. A palette has room for that colour, because
   opaque pictures have at most 255 colours: see encode.c. */
static void add_transparent(struct gif_frame *frame, struct work *work)
{
	enum { BITS = 8, INDEX = 255 };
	uint8_t *colours = pool_alloc(work->pool, 3 << BITS);

	memcpy(colours, frame->colours, (size_t)3 << frame->colour_bits);
	frame->colours = colours;
	frame->colour_bits = BITS;
	frame->transparent = INDEX;
}

static bool write_part(struct writer *writer, struct work *work,
		       const struct gif_frame *place,
		       const struct bitmap *bitmap)
{
	struct bitmap part = *bitmap;
	struct rendition rendition = { 0 };
	struct gif_frame frame;
	struct gif gif;
	bool ok;

	part.pixels = bitmap_row(bitmap, place->top) + (size_t)place->left * 4;
	part.width = place->width;
	part.height = place->height;
	ok = encode_part(&rendition, &gif, work, &part);
	if (ok) {
		frame = gif.frames[0];
		frame.left = place->left;
		frame.top = place->top;
		frame.delay_cs = place->delay_cs;
		frame.disposal = place->disposal;
		if (frame.transparent < 0 &&
		    (writer->count == 1 || frame.disposal == GIF_CLEAR))
			add_transparent(&frame, work);
		ok = gif_add_frame(writer->file, &frame) ||
		     fail(work, ERR_TOO_LARGE,
			  "expected an animation of at most %zu bytes, found "
			  "more",
			  writer->file->limit);
	}
	MagickFree((void *)rendition.bytes);
	return ok;
}

static struct animation_frame *frame_at(struct writer *writer, uint32_t number)
{
	return &writer->frames[number % ARRAY_LEN(writer->frames)];
}

/* Of an opaque frame after another, writes only the changed part. If the next
   frame has transparent pixels, the frame is cleared after it was shown. */
static bool write_last(struct writer *writer, struct work *work, bool cleared)
{
	const struct animation_frame *last =
		frame_at(writer, writer->count - 1);
	const struct bitmap *bitmap = &last->bitmap;
	const struct bitmap *before = &frame_at(writer, writer->count)->bitmap;
	struct gif_frame place = { .width = bitmap->width,
				   .height = bitmap->height };

	if (writer->count > 1 && !cleared && !bitmap->alpha && !before->alpha)
		place = find_change(bitmap, before);
	place.disposal = cleared ? GIF_CLEAR : GIF_KEEP;
	place.delay_cs = take_delay(writer, last->duration_ms);
	return write_part(writer, work, &place, bitmap);
}

/* Copies the pixels to the writer's pool, because they live longer than the
   caller's. */
static bool remember(struct writer *writer, struct work *work,
		     const struct animation_frame *frame)
{
	struct animation_frame *copy = frame_at(writer, writer->count++);
	const struct bitmap *bitmap = &frame->bitmap;
	struct pool *outer = work->pool;
	bool ok = true;

	work->pool = writer->pool;
	if (!copy->bitmap.pixels)
		ok = bitmap_init(&copy->bitmap, work, bitmap->width,
				 bitmap->height);
	work->pool = outer;
	for (uint32_t y = 0; ok && y < bitmap->height; y++)
		memcpy(bitmap_row(&copy->bitmap, y), bitmap_row(bitmap, y),
		       (size_t)bitmap->width * 4);
	copy->bitmap.alpha = bitmap->alpha;
	copy->duration_ms = frame->duration_ms;
	return ok;
}

static bool add_frame(void *arg, struct work *work,
		      const struct animation_frame *frame)
{
	struct writer *writer = arg;
	const struct bitmap *bitmap = &frame->bitmap;

	if (!writer->count) {
		if (!gif_add_header(writer->file, bitmap->width, bitmap->height,
				    writer->plays))
			return fail(work, ERR_INTERNAL,
				    "expected room for a GIF header, found "
				    "%zu bytes used",
				    writer->file->len);
	} else if (!write_last(writer, work, bitmap->alpha)) {
		return false;
	}
	return remember(writer, work, frame);
}

static bool finish_file(struct rendition *rendition, void *arg,
			struct work *work)
{
	struct writer *writer = arg;
	const struct bitmap *bitmap = &writer->frames[0].bitmap;

	if (!write_last(writer, work, false))
		return false;
	if (!gif_add_trailer(writer->file))
		return fail(work, ERR_INTERNAL,
			    "expected room for a GIF trailer, found %zu bytes "
			    "used",
			    writer->file->len);
	*rendition = (struct rendition){
		.format = FORMAT_GIF,
		.width = bitmap->width,
		.height = bitmap->height,
		.bytes = (const uint8_t *)writer->file->data,
		.len = writer->file->len,
	};
	return true;
}

const struct animation_writer gif_writer = { open_file, add_frame,
					     finish_file };
