/* encode.c: encodes an image as a file. */
#include "config.h"

#include "lib/picture/encode.h"

#include <stdio.h>
#include <string.h>

#include "lib/picture/decode.h"

/* clang-format off */
static const struct {
	unsigned long max_side; /* limit of the format */
	CompressionType compression;
} rows[] = {
	[FORMAT_JPEG] = { 65500, JPEGCompression },
	[FORMAT_PNG]  = { 65535, ZipCompression },
	[FORMAT_GIF]  = { 65535, LZWCompression },
	[FORMAT_WEBP] = { 16383, UndefinedCompression },
	[FORMAT_TIFF] = { 65535, LZWCompression },
	[FORMAT_BMP]  = { 65535, NoCompression },
};
/* clang-format on */
_Static_assert(ARRAY_LEN(rows) == FORMAT__COUNT, "every format needs a row");

/* On a smaller side than this, each pixel keeps its own colour: the usual
   chroma subsampling of JPEG (one colour for 2x2 pixels) would be visible. */
enum { FULL_COLOUR_SIDE = 16 };

static bool is_tiny(const Image *image)
{
	return image->columns < FULL_COLOUR_SIDE ||
	       image->rows < FULL_COLOUR_SIDE;
}

static unsigned long quality_of(const struct conf *conf, enum format format,
				unsigned long wanted)
{
	/* zlib level 1, and libpng chooses the filters: higher levels take up
	   to ten times as long for the same size. */
	const unsigned long fast_png = 15;

	if (format == FORMAT_JPEG)
		return wanted ? wanted : (unsigned long)conf->jpeg_quality;
	if (format == FORMAT_WEBP)
		return wanted ? wanted : (unsigned long)conf->webp_quality;
	return fast_png;
}

/* Blends with white, for formats without transparency. */
static Image *flatten(const Image *image, const ImageInfo *info,
		      ExceptionInfo *exception)
{
	Image *canvas = AllocateImage(info);

	canvas->columns = image->columns;
	canvas->rows = image->rows;
	canvas->depth = image->depth;
	(void)QueryColorDatabase("#ffffff", &canvas->background_color,
				 exception);
	if (SetImage(canvas, OpaqueOpacity) &&
	    CompositeImage(canvas, OverCompositeOp, image, 0, 0)) {
		canvas->matte = MagickFalse;
		return canvas;
	}
	CopyException(exception, &canvas->exception);
	DestroyImage(canvas);
	return NULL;
}

/* GIF pixels are either opaque or transparent, and one of 256 colours is the
   transparent one. */
static bool cut_alpha(Image *image)
{
	for (unsigned long y = 0; y < image->rows; y++) {
		PixelPacket *row =
			GetImagePixels(image, 0, (long)y, image->columns, 1);

		if (!row)
			return false;
		for (unsigned long x = 0; x < image->columns; x++)
			row[x].opacity = row[x].opacity > MaxRGB / 2
						 ? TransparentOpacity
						 : OpaqueOpacity;
		if (!SyncImagePixels(image))
			return false;
	}
	return true;
}

/* By default, GraphicsMagick uses a deeper tree for opaque pictures, which
   takes up to twenty times as long without a visible difference. */
static bool quantize(Image *image)
{
	QuantizeInfo info;

	if (image->matte)
		return cut_alpha(image);
	GetQuantizeInfo(&info);
	info.number_colors = 255;
	info.tree_depth = 4;
	return QuantizeImage(&info, image);
}

static bool write_image(struct rendition *rendition, struct work *work,
			const ImageInfo *info, Image *image,
			ExceptionInfo *exception)
{
	size_t len = 0;
	const uint8_t *bytes;

	if (rendition->format == FORMAT_GIF && !quantize(image))
		return decode_fail(work, &image->exception);
	snprintf(image->magick, sizeof(image->magick), "%s", info->magick);
	bytes = ImageToBlob(info, image, &len, exception);
	if (!bytes)
		return decode_fail(work, exception->severity
						 ? exception
						 : &image->exception);
	rendition->width = (uint32_t)image->columns;
	rendition->height = (uint32_t)image->rows;
	rendition->bytes = bytes;
	rendition->len = len;
	return true;
}

static bool fits(struct work *work, const Image *image, enum format format)
{
	const unsigned long max = rows[format].max_side;

	if (image->columns <= max && image->rows <= max)
		return true;
	return fail_field(
		work, "variant", "at most %lu pixels a side as %s, not %lux%lu",
		max, format_row(format)->name, image->columns, image->rows);
}

static ImageInfo *new_info(const struct conf *conf, enum format format,
			   unsigned long quality, ExceptionInfo *exception)
{
	const char *coder = format_row(format)->coder;
	ImageInfo *info = CloneImageInfo(NULL);

	snprintf(info->magick, sizeof(info->magick), "%.*s",
		 (int)strcspn(coder, ":"), coder);
	info->quality = quality_of(conf, format, quality);
	info->compression = rows[format].compression;
	/* Otherwise readers interpret a TIFF's fourth sample differently. */
	(void)AddDefinitions(info, "tiff:alpha=unassociated", exception);
	return info;
}

/* GraphicsMagick's colours are not premultiplied by alpha. */
static void import_row(PixelPacket *out, const uint8_t *in, uint32_t count)
{
	for (; count; count--, out++, in += 4) {
		const unsigned alpha = in[3] ? in[3] : 255;
		unsigned colours[3];

		for (int i = 0; i < 3; i++) {
			colours[i] = (in[i] * 255u + alpha / 2) / alpha;
			if (colours[i] > 255)
				colours[i] = 255;
		}
		out->red = ScaleCharToQuantum(colours[0]);
		out->green = ScaleCharToQuantum(colours[1]);
		out->blue = ScaleCharToQuantum(colours[2]);
		out->opacity = ScaleCharToQuantum(255 - in[3]);
	}
}

bool encode_import(Image **image, struct work *work,
		   const struct bitmap *bitmap)
{
	Image *made = AllocateImage(NULL);
	PixelPacket *row;
	bool ok = true;

	made->columns = bitmap->width;
	made->rows = bitmap->height;
	made->depth = 8;
	made->matte = bitmap->alpha;
	for (uint32_t y = 0; ok && y < bitmap->height; y++) {
		row = SetImagePixels(made, 0, y, bitmap->width, 1);
		if (row)
			import_row(row, bitmap_row(bitmap, y), bitmap->width);
		ok = row && SyncImagePixels(made);
	}
	if (ok) {
		*image = made;
		return true;
	}
	decode_fail(work, &made->exception);
	DestroyImage(made);
	return false;
}

bool encode(struct rendition *rendition, struct work *work,
	    const struct conf *conf, const Image *image, enum format format,
	    unsigned long quality)
{
	const bool flat = image->matte && !format_row(format)->has_alpha;
	ExceptionInfo exception;
	ImageInfo *info;
	Image *copy;
	bool ok;

	if (!fits(work, image, format))
		return false;
	GetExceptionInfo(&exception);
	info = new_info(conf, format, quality, &exception);
	if (format == FORMAT_JPEG && is_tiny(image))
		(void)CloneString(&info->sampling_factor, "1x1");
	copy = flat ? flatten(image, info, &exception)
		    : CloneImage(image, 0, 0, MagickTrue, &exception);
	rendition->format = format;
	ok = copy ? write_image(rendition, work, info, copy, &exception)
		  : decode_fail(work, &exception);
	if (copy)
		DestroyImage(copy);
	DestroyImageInfo(info);
	DestroyExceptionInfo(&exception);
	return ok;
}
