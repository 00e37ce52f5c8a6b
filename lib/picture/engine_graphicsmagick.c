/* engine_graphicsmagick.c: resizes by GraphicsMagick's ResizeImage(), as the
   reference for the engine "fast". */
#include "config.h"

#include "lib/picture/engine.h"

#include <string.h>

#include "lib/base/pool.h"
#include "lib/picture/decode.h"
#include "lib/picture/encode.h"
#include "lib/picture/resize.h"

static bool decode_upright(struct rendering *p, uint8_t *bytes, size_t len)
{
	return decode(&p->picture, p->work, p->renderer, p->request, p->scale,
		      bytes, len);
}

static Image *crop(const struct rendering *p, const struct recipe_plan *plan,
		   ExceptionInfo *exception)
{
	const double x_factor = (double)p->picture->columns / p->width;
	const double y_factor = (double)p->picture->rows / p->height;
	RectangleInfo area = {
		.x = (long)(plan->crop_x * x_factor + 0.5),
		.y = (long)(plan->crop_y * y_factor + 0.5),
		.width = (unsigned long)(plan->crop_width * x_factor + 0.5),
		.height = (unsigned long)(plan->crop_height * y_factor + 0.5),
	};
	Image *image;

	if (area.width >= p->picture->columns &&
	    area.height >= p->picture->rows)
		return CloneImage(p->picture, 0, 0, MagickTrue, exception);
	if (!area.width)
		area.width = 1;
	if (!area.height)
		area.height = 1;
	image = CropImage(p->picture, &area, exception);
	if (image)
		memset(&image->page, 0, sizeof(image->page));
	return image;
}

static bool resize_image(struct rendering *p, struct planned_variant *variant)
{
	const struct recipe_plan *plan = &variant->plan;
	const Image *from = variant->larger ? variant->larger->image : NULL;
	ExceptionInfo exception;
	Image *area = NULL;

	GetExceptionInfo(&exception);
	if (!from)
		from = area = crop(p, plan, &exception);
	if (from)
		variant->image =
			resize(from, plan->width, plan->height, &exception);
	if (area)
		DestroyImage(area);
	if (!variant->image)
		decode_fail(p->work, &exception);
	DestroyExceptionInfo(&exception);
	return variant->image;
}

static bool export_image(struct bitmap *bitmap, struct work *work, Image *image)
{
	const uint32_t width = (uint32_t)image->columns;

	if (!bitmap_init(bitmap, work, width, (uint32_t)image->rows))
		return false;
	bitmap->alpha = image->matte;
	for (uint32_t y = 0; y < bitmap->height; y++) {
		const PixelPacket *pixels = AcquireImagePixels(
			image, 0, y, width, 1, &image->exception);

		if (!pixels)
			return decode_fail(work, &image->exception);
		decode_export_row(bitmap_row(bitmap, y), pixels, width,
				  image->matte);
	}
	return true;
}

static bool change_image(struct rendering *p, struct planned_variant *variant)
{
	struct bitmap bitmap;

	if (!export_image(&bitmap, p->work, variant->image) ||
	    !engine_change(&bitmap, p, variant))
		return false;
	DestroyImage(variant->image);
	variant->image = NULL;
	return encode_import(&variant->image, p->work, &bitmap);
}

static bool make_placeholder(struct rendering *p,
			     struct planned_variant *variant)
{
	Image *image = variant->image;
	const uint32_t width = (uint32_t)image->columns;
	struct pool *pool = p->work->pool;
	struct placeholder_rows *rows =
		placeholder_begin(pool, width, (uint32_t)image->rows);
	uint8_t *row = pool_alloc(pool, (size_t)width * BITMAP_CHANNELS);

	for (uint32_t y = 0; y < image->rows; y++) {
		const PixelPacket *pixels = AcquireImagePixels(
			image, 0, y, width, 1, &image->exception);

		if (!pixels)
			return decode_fail(p->work, &image->exception);
		decode_export_row(row, pixels, width, image->matte);
		placeholder_row(rows, row);
	}
	placeholder_end(&variant->rendition.placeholder, rows);
	return true;
}

static bool encode_image(struct rendering *p, struct planned_variant *variant)
{
	return encode(&variant->rendition, p->work, p->renderer->conf,
		      variant->image, variant->format,
		      p->request->recipes[variant->index].quality);
}

static void release(struct rendering *p)
{
	for (uint32_t i = 0; i < p->request->count; i++) {
		if (p->variants[i].image)
			DestroyImage(p->variants[i].image);
		MagickFree((void *)p->variants[i].rendition.bytes);
	}
	if (p->picture)
		DestroyImage(p->picture);
}

const struct engine engine_graphicsmagick = {
	.decode = decode_upright,
	.resize = resize_image,
	.make_placeholder = make_placeholder,
	.change = change_image,
	.encode = encode_image,
	.release = release,
};
