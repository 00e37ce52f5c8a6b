/* engine_fast.c: resizes rows during decoding, in 8 bits. */
#include "config.h"

#include "lib/picture/engine.h"

#include <string.h>

#include "lib/base/pool.h"
#include "lib/picture/decode.h"
#include "lib/picture/encode.h"
#include "lib/picture/jpeg_read.h"
#include "lib/picture/jpeg_write.h"
#include "lib/picture/png_read.h"
#include "lib/picture/png_write.h"
#include "lib/picture/resample.h"
#include "lib/picture/row_colour.h"

/* If a picture is this much larger than the largest variant, Lanczos gives
   results as good as from the full picture. */
static const double MARGIN = 1.5;

/* Passes decoded rows to those variants that are made of them. */
struct lane {
	struct rendering *p;
	uint32_t width, height;
	double exact_width, exact_height;
	enum profile_colours colours;
	const uint8_t *profile;
	size_t profile_len;
	uint32_t count;
	struct planned_variant *roots[RENDER_MAX_RECIPES];
	struct resampler *resamplers[RENDER_MAX_RECIPES];
	bool alpha;
};

/* Converts the area of a plan, which is for the upright picture, to the stored
   picture: x and y may be mirrored or exchanged. */
static void find_area(struct resample_area *area, const struct lane *lane,
		      const struct recipe_plan *plan)
{
	const unsigned orientation = lane->p->request->probe.orientation;
	const bool lies = orientation >= 5;
	const bool from_right = orientation == 2 || orientation == 3 ||
				orientation == 7 || orientation == 8;
	const bool from_bottom = orientation == 3 || orientation == 4 ||
				 orientation == 6 || orientation == 7;
	const uint32_t width = lies ? lane->p->height : lane->p->width;
	const uint32_t height = lies ? lane->p->width : lane->p->height;
	const double x_factor = lane->exact_width / width;
	const double y_factor = lane->exact_height / height;
	uint32_t x = lies ? plan->crop_y : plan->crop_x;
	uint32_t y = lies ? plan->crop_x : plan->crop_y;
	const uint32_t x_size = lies ? plan->crop_height : plan->crop_width;
	const uint32_t y_size = lies ? plan->crop_width : plan->crop_height;

	if (from_right)
		x = width - x - x_size;
	if (from_bottom)
		y = height - y - y_size;
	*area = (struct resample_area){
		.width = lane->width,
		.height = lane->height,
		.x = x * x_factor,
		.y = y * y_factor,
		.area_width = x_size * x_factor,
		.area_height = y_size * y_factor,
	};
}

static bool add_root(struct lane *lane, struct planned_variant *variant)
{
	const bool lies = lane->p->request->probe.orientation >= 5;
	const uint32_t width = variant->plan.width;
	const uint32_t height = variant->plan.height;
	struct work *work = lane->p->work;
	struct resample_area area;

	find_area(&area, lane, &variant->plan);
	if (!bitmap_init(&variant->bitmap, work, lies ? height : width,
			 lies ? width : height))
		return false;
	variant->bitmap.gray = lane->colours == PROFILE_GRAY;
	variant->bitmap.alpha = lane->alpha;
	lane->roots[lane->count] = variant;
	return resampler_new(&lane->resamplers[lane->count++], work,
			     &variant->bitmap, &area);
}

static bool lane_begin(struct lane *lane)
{
	struct rendering *p = lane->p;

	lane->count = 0;
	for (uint32_t i = 0; i < p->request->count; i++)
		if (!p->variants[i].identical && !p->variants[i].larger &&
		    !add_root(lane, &p->variants[i]))
			return false;
	return true;
}

static void lane_put(struct lane *lane, const uint8_t *row)
{
	for (uint32_t i = 0; i < lane->count; i++)
		resampler_put(lane->resamplers[i], row);
}

static bool lane_end(struct lane *lane)
{
	const struct rendering *p = lane->p;

	for (uint32_t i = 0; i < lane->count; i++) {
		struct bitmap *bitmap = &lane->roots[i]->bitmap;

		bitmap_drop_alpha(bitmap);
		row_colour_convert(bitmap, lane->colours, lane->profile,
				   lane->profile_len);
		if (!bitmap_turn(bitmap, p->work,
				 p->request->probe.orientation))
			return false;
	}
	return true;
}

static bool begin_rows(void *arg, const struct row_picture *picture)
{
	struct lane *lane = arg;

	lane->width = picture->width;
	lane->height = picture->height;
	lane->exact_width = picture->exact_width;
	lane->exact_height = picture->exact_height;
	lane->colours = picture->colours;
	lane->profile = picture->profile;
	lane->profile_len = picture->profile_len;
	lane->alpha = picture->alpha;
	return lane_begin(lane);
}

static bool put_row(void *arg, const uint8_t *row)
{
	lane_put(arg, row);
	return true;
}

static bool decode_jpeg(struct rendering *p, const uint8_t *bytes, size_t len)
{
	struct lane lane = { .p = p };
	const struct row_sink sink = { begin_rows, put_row, &lane, 2 };

	return jpeg_stream(p->work, &p->request->probe, MARGIN * p->scale,
			   bytes, len, &sink) &&
	       lane_end(&lane);
}

static bool decode_png(struct rendering *p, const uint8_t *bytes, size_t len)
{
	struct lane lane = { .p = p };
	const struct row_sink sink = { begin_rows, put_row, &lane, 2 };

	return png_stream(p->work, &p->request->probe, bytes, len, &sink) &&
	       lane_end(&lane);
}

static void export_row(uint8_t *out, const PixelPacket *in, uint32_t count,
		       bool alpha)
{
	for (; count; count--, out += 4, in++) {
		const unsigned opaque =
			alpha ? 255 - ScaleQuantumToChar(in->opacity) : 255;

		out[0] = ScaleQuantumToChar(in->red);
		out[1] = ScaleQuantumToChar(in->green);
		out[2] = ScaleQuantumToChar(in->blue);
		out[3] = (uint8_t)opaque;
		for (int i = 0; opaque < 255 && i < 3; i++)
			out[i] = (uint8_t)((out[i] * opaque + 127) / 255);
	}
}

static bool export_rows(struct lane *lane, Image *image)
{
	uint8_t *row = pool_alloc(lane->p->work->pool,
				  image->columns * 4 + BITMAP_SLACK);

	for (uint32_t y = 0; y < image->rows; y++) {
		const PixelPacket *pixels = AcquireImagePixels(
			image, 0, y, image->columns, 1, &image->exception);

		if (!pixels)
			return decode_fail(lane->p->work, &image->exception);
		export_row(row, pixels, lane->width, lane->alpha);
		lane_put(lane, row);
	}
	return true;
}

static bool decode_other(struct rendering *p, uint8_t *bytes, size_t len)
{
	struct lane lane = { .p = p };
	Image *image = NULL;
	size_t profile_len = 0;
	bool ok;

	if (!decode_stored(&image, p->work, p->renderer, p->request, bytes,
			   len))
		return false;
	lane.width = (uint32_t)image->columns;
	lane.height = (uint32_t)image->rows;
	lane.exact_width = lane.width;
	lane.exact_height = lane.height;
	lane.alpha = image->matte;
	lane.colours = p->request->probe.gray ? PROFILE_GRAY : PROFILE_RGB;
	lane.profile = GetImageProfile(image, "ICM", &profile_len);
	lane.profile_len = profile_len;
	ok = lane_begin(&lane) && export_rows(&lane, image) && lane_end(&lane);
	DestroyImage(image);
	return ok;
}

static bool decode_rows(struct rendering *p, uint8_t *bytes, size_t len)
{
	if (p->request->probe.format == FORMAT_JPEG)
		return decode_jpeg(p, bytes, len);
	if (p->request->probe.format == FORMAT_PNG)
		return decode_png(p, bytes, len);
	return decode_other(p, bytes, len);
}

/* Variants without a larger one were made during decoding. */
static bool resize_bitmap(struct rendering *p, struct planned_variant *variant)
{
	const struct recipe_plan *plan = &variant->plan;
	const struct bitmap *larger;

	if (!variant->larger)
		return true;
	larger = &variant->larger->bitmap;
	if (!bitmap_init(&variant->bitmap, p->work, plan->width, plan->height))
		return false;
	variant->bitmap.gray = larger->gray;
	variant->bitmap.alpha = larger->alpha;
	return resample(&variant->bitmap, p->work, larger);
}

static bool write_jpeg(struct rendering *p, struct planned_variant *variant,
		       unsigned quality)
{
	struct rendition *rendition = &variant->rendition;
	struct bitmap flat = variant->bitmap;

	/* A smaller variant may use this bitmap as a source, with its alpha. */
	if (flat.alpha && !bitmap_copy(&flat, p->work, &variant->bitmap))
		return false;
	bitmap_flatten(&flat);
	rendition->width = flat.width;
	rendition->height = flat.height;
	return jpeg_write(&rendition->bytes, &rendition->len, p->work, &flat,
			  quality);
}

static bool write_png(struct rendering *p, struct planned_variant *variant)
{
	struct rendition *rendition = &variant->rendition;

	rendition->width = variant->bitmap.width;
	rendition->height = variant->bitmap.height;
	return png_write(&rendition->bytes, &rendition->len, p->work,
			 &variant->bitmap);
}

static bool write_other(struct rendering *p, struct planned_variant *variant,
			uint32_t quality)
{
	Image *image;
	bool ok;

	if (!encode_import(&image, p->work, &variant->bitmap))
		return false;
	ok = encode(&variant->rendition, p->work, p->renderer->conf, image,
		    variant->format, quality);
	DestroyImage(image);
	return ok;
}

static bool encode_bitmap(struct rendering *p, struct planned_variant *variant)
{
	const struct conf *conf = p->renderer->conf;
	const uint32_t quality = p->request->recipes[variant->index].quality;

	variant->rendition.format = variant->format;
	switch (variant->format) {
	case FORMAT_JPEG:
		return write_jpeg(p, variant,
				  quality ? quality
					  : (unsigned)conf->jpeg_quality);
	case FORMAT_PNG:
		return write_png(p, variant);
	default:
		return write_other(p, variant, quality);
	}
}

/* Bitmaps, and the bytes of JPEGs and PNGs, belong to the pool. */
static void release(struct rendering *p)
{
	for (uint32_t i = 0; i < p->request->count; i++) {
		const struct rendition *rendition = &p->variants[i].rendition;

		if (rendition->format != FORMAT_JPEG &&
		    rendition->format != FORMAT_PNG)
			MagickFree((void *)rendition->bytes);
	}
}

const struct engine engine_fast = {
	.decode = decode_rows,
	.resize = resize_bitmap,
	.encode = encode_bitmap,
	.release = release,
};
