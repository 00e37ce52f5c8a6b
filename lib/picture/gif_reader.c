/* gif_reader.c: composes the frames of an animated GIF. */
#include "config.h"

#include "lib/picture/animation.h"

#include <string.h>

#include <magick/api.h>

#include "lib/base/buf.h"
#include "lib/base/pool.h"
#include "lib/picture/decode.h"
#include "lib/picture/gif.h"

/* A part of the canvas. */
struct area {
	uint32_t x, y, width, height;
};

struct reader {
	const struct renderer *renderer;
	struct render_request request; /* for one frame, as a file of its own */
	struct gif gif;
	uint32_t next;
	struct bitmap canvas;
	struct bitmap before; /* the canvas before a frame with GIF_RESTORE */
	enum gif_disposal disposal; /* of the previous frame */
	struct area area;
};

static void clear(const struct bitmap *bitmap, const struct area *area)
{
	for (uint32_t y = 0; y < area->height; y++)
		memset(bitmap_row(bitmap, area->y + y) + (size_t)area->x * 4, 0,
		       (size_t)area->width * 4);
}

static void copy(const struct bitmap *to, const struct bitmap *from,
		 const struct area *area)
{
	for (uint32_t y = 0; y < area->height; y++) {
		const size_t at =
			to->stride * (area->y + y) + (size_t)area->x * 4;

		memcpy(to->pixels + at, from->pixels + at,
		       (size_t)area->width * 4);
	}
}

/* Cuts off the part outside the canvas. */
static struct area clip(const struct gif_frame *frame,
			const struct bitmap *canvas)
{
	struct area area = { frame->left, frame->top, frame->width,
			     frame->height };

	if (area.x >= canvas->width || area.y >= canvas->height)
		return (struct area){ 0 };
	if (area.width > canvas->width - area.x)
		area.width = canvas->width - area.x;
	if (area.height > canvas->height - area.y)
		area.height = canvas->height - area.y;
	return area;
}

/* Prepares the canvas for the next frame. */
static void dispose(struct reader *reader)
{
	if (reader->disposal == GIF_CLEAR)
		clear(&reader->canvas, &reader->area);
	else if (reader->disposal == GIF_RESTORE)
		copy(&reader->canvas, &reader->before, &reader->area);
}

static void draw_row(uint8_t *out, const PixelPacket *in, uint32_t count,
		     bool matte)
{
	for (; count; count--, out += 4, in++) {
		if (matte && in->opacity != OpaqueOpacity)
			continue;
		out[0] = ScaleQuantumToChar(in->red);
		out[1] = ScaleQuantumToChar(in->green);
		out[2] = ScaleQuantumToChar(in->blue);
		out[3] = 255;
	}
}

static bool draw(const struct reader *reader, struct work *work, Image *image)
{
	const struct area *area = &reader->area;

	for (uint32_t y = 0; y < area->height; y++) {
		const PixelPacket *row = AcquireImagePixels(
			image, 0, y, image->columns, 1, &image->exception);

		if (!row)
			return decode_fail(work, &image->exception);
		draw_row(bitmap_row(&reader->canvas, area->y + y) +
				 (size_t)area->x * 4,
			 row, area->width, image->matte);
	}
	return true;
}

/* Writes the frame as a GIF with one frame. */
static bool write_single(struct buf *file, const struct gif_frame *frame)
{
	struct gif_frame alone = *frame;

	alone.left = 0;
	alone.top = 0;
	return gif_add_header(file, frame->width, frame->height, 1) &&
	       gif_add_frame(file, &alone) && gif_add_trailer(file);
}

static bool decode_frame(Image **image, struct reader *reader,
			 struct work *work, const struct gif_frame *frame)
{
	const size_t headers = 1024;
	struct buf *file = buf_new(work->pool, frame->data_len + headers);

	if (!write_single(file, frame))
		return fail(work, ERR_INTERNAL,
			    "expected room for a GIF frame, found none for its "
			    "%zu bytes",
			    frame->data_len);
	reader->request.probe = (struct probe){
		.format = FORMAT_GIF,
		.width = frame->width,
		.height = frame->height,
		.orientation = 1,
		.alpha = true,
	};
	return decode_stored(image, work, reader->renderer, &reader->request,
			     (uint8_t *)file->data, file->len);
}

static bool draw_frame(struct reader *reader, struct work *work,
		       const struct gif_frame *frame)
{
	Image *image;
	bool ok;

	if (!decode_frame(&image, reader, work, frame))
		return false;
	ok = draw(reader, work, image);
	DestroyImage(image);
	return ok;
}

/* The limits apply to canvases: a frame must not need more. */
static bool check_size(const struct reader *reader, struct work *work,
		       const struct gif_frame *frame)
{
	const struct bitmap *canvas = &reader->canvas;
	const uint64_t pixels = (uint64_t)frame->width * frame->height;

	return (pixels && pixels <= (uint64_t)canvas->width * canvas->height) ||
	       fail(work, ERR_CORRUPT_IMAGE,
		    "expected a GIF frame within %ux%u pixels, found %ux%u",
		    canvas->width, canvas->height, frame->width, frame->height);
}

static bool next_frame(struct animation_frame *shown, void *arg,
		       struct work *work)
{
	struct reader *reader = arg;
	const struct gif_frame *frame = &reader->gif.frames[reader->next];

	if (!check_size(reader, work, frame))
		return false;
	dispose(reader);
	reader->next++;
	reader->disposal = frame->disposal;
	reader->area = clip(frame, &reader->canvas);
	if (frame->disposal == GIF_RESTORE)
		copy(&reader->before, &reader->canvas, &reader->area);
	if (!draw_frame(reader, work, frame))
		return false;
	shown->bitmap = reader->canvas;
	shown->duration_ms = frame->delay_cs * 10;
	return true;
}

static bool is_restored(const struct gif *gif)
{
	for (uint32_t i = 0; i < gif->count; i++)
		if (gif->frames[i].disposal == GIF_RESTORE)
			return true;
	return false;
}

static bool open_file(void **opened, struct animation *animation,
		      struct work *work, const struct animation_source *source)
{
	struct reader *reader = pool_alloc(work->pool, sizeof(*reader));
	const struct probe *probe = source->probe;
	struct area all = { 0, 0, probe->width, probe->height };

	*opened = reader;
	reader->renderer = source->renderer;
	if (!gif_parse(&reader->gif, work, source->bytes, source->len,
		       ANIMATION_MAX_FRAMES) ||
	    !bitmap_init(&reader->canvas, work, probe->width, probe->height) ||
	    (is_restored(&reader->gif) &&
	     !bitmap_init(&reader->before, work, probe->width, probe->height)))
		return false;
	reader->canvas.alpha = true;
	clear(&reader->canvas, &all);
	*animation = (struct animation){ .count = reader->gif.count,
					 .plays = reader->gif.plays };
	return true;
}

const struct animation_reader gif_reader = { .open = open_file,
					     .next = next_frame };
