/* engine_fast.c: resizes rows during decoding, in 8 bits. */
#include "config.h"

#include "lib/picture/engine.h"

#include "lib/base/pool.h"
#include "lib/picture/decode.h"
#include "lib/picture/encode.h"
#include "lib/picture/jpeg_read.h"
#include "lib/picture/jpeg_write.h"
#include "lib/picture/png_read.h"
#include "lib/picture/png_write.h"
#include "lib/picture/variant_rows.h"

/* If a picture is this much larger than the largest variant, Lanczos gives
   results as good as from the full picture. */
static const double MARGIN = 1.5;

static bool decode_jpeg(struct rendering *p, const uint8_t *bytes, size_t len)
{
	struct variant_rows rows;
	const struct row_sink sink = variant_rows_sink(&rows, p);

	return jpeg_stream(p->work, &p->request->probe, MARGIN * p->scale,
			   bytes, len, &sink) &&
	       variant_rows_end(&rows);
}

static bool decode_png(struct rendering *p, const uint8_t *bytes, size_t len)
{
	struct variant_rows rows;
	const struct row_sink sink = variant_rows_sink(&rows, p);

	return png_stream(p->work, &p->request->probe, bytes, len, &sink) &&
	       variant_rows_end(&rows);
}

static bool export_rows(struct work *work, const struct row_sink *sink,
			Image *image, const struct row_picture *picture)
{
	uint8_t *row =
		pool_alloc(work->pool, image->columns * 4 + BITMAP_SLACK);

	for (uint32_t y = 0; y < image->rows; y++) {
		const PixelPacket *pixels = AcquireImagePixels(
			image, 0, y, image->columns, 1, &image->exception);

		if (!pixels)
			return decode_fail(work, &image->exception);
		decode_export_row(row, pixels, picture->planes[0].width,
				  picture->alpha);
		if (!sink->row(sink->arg, row))
			return false;
	}
	return true;
}

static bool decode_other(struct rendering *p, uint8_t *bytes, size_t len)
{
	struct variant_rows rows;
	const struct row_sink sink = variant_rows_sink(&rows, p);
	struct row_picture picture = { .plane_count = 1 };
	Image *image = NULL;
	bool ok;

	if (!decode_stored(&image, p->work, p->renderer, p->request, bytes,
			   len))
		return false;
	picture.planes[0] = (struct row_plane){ (uint32_t)image->columns,
						(uint32_t)image->rows,
						(double)image->columns,
						(double)image->rows };
	picture.alpha = image->matte;
	picture.colours = p->request->probe.gray ? PROFILE_GRAY : PROFILE_RGB;
	picture.profile = GetImageProfile(image, "ICM", &picture.profile_len);
	ok = sink.begin(sink.arg, &picture) &&
	     export_rows(p->work, &sink, image, &picture) &&
	     variant_rows_end(&rows);
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
	return !variant->larger || variant_rows_resize(variant, p->work);
}

static bool change_bitmap(struct rendering *p, struct planned_variant *variant)
{
	return engine_change(&variant->planes[0], p, variant);
}

static bool make_placeholder(struct rendering *p,
			     struct planned_variant *variant)
{
	placeholder_of_planes(&variant->rendition.placeholder, p->work->pool,
			      variant->planes, variant->plane_count);
	return true;
}

static bool write_jpeg(struct rendering *p, struct planned_variant *variant)
{
	struct rendition *rendition = &variant->rendition;
	const struct bitmap *planes = variant->planes;
	struct bitmap flat;

	/* A smaller variant may use this bitmap as a source, with its alpha. */
	if (planes->alpha) {
		if (!bitmap_copy(&flat, p->work, planes))
			return false;
		bitmap_flatten(&flat);
		planes = &flat;
	}
	rendition->width = planes->width;
	rendition->height = planes->height;
	return jpeg_write(&rendition->bytes, &rendition->len, p->work, planes,
			  variant->jpeg_quality);
}

static bool write_png(struct rendering *p, struct planned_variant *variant)
{
	struct rendition *rendition = &variant->rendition;

	rendition->width = variant->planes[0].width;
	rendition->height = variant->planes[0].height;
	return png_write(&rendition->bytes, &rendition->len, p->work,
			 &variant->planes[0]);
}

static bool write_other(struct rendering *p, struct planned_variant *variant)
{
	const uint32_t quality = p->request->recipes[variant->index].quality;
	Image *image;
	bool ok;

	if (!encode_import(&image, p->work, &variant->planes[0]))
		return false;
	ok = encode(&variant->rendition, p->work, p->renderer->conf, image,
		    variant->format, quality);
	DestroyImage(image);
	return ok;
}

static bool encode_bitmap(struct rendering *p, struct planned_variant *variant)
{
	variant->rendition.format = variant->format;
	switch (variant->format) {
	case FORMAT_JPEG:
		return write_jpeg(p, variant);
	case FORMAT_PNG:
		return write_png(p, variant);
	default:
		return write_other(p, variant);
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
	.make_placeholder = make_placeholder,
	.change = change_bitmap,
	.encode = encode_bitmap,
	.release = release,
};
