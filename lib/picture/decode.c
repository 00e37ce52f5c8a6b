/* decode.c: decodes a file to one upright picture in sRGB. */
#include "config.h"

#include "lib/picture/decode.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/pool.h"
#include "lib/picture/bmp_read.h"
#include "lib/picture/colour.h"
#include "lib/picture/jpeg_read.h"
#include "lib/picture/png_read.h"
#include "lib/picture/resize.h"
#include "lib/picture/tiff_directory.h"
#include "lib/picture/webp_frame.h"

/* If a picture is this much larger than the largest variant, Lanczos gives
   results as good as from the full picture. */
static const double MARGIN = 1.5;

struct decoding {
	struct work *work;
	const struct renderer *renderer;
	const struct probe *probe;
	double scale; /* of the largest variant */
	ImageInfo *info;
	ExceptionInfo exception;
	Image *image;
};

/* Writes GraphicsMagick's error in printable characters: it may quote the
   file. */
static void explain(char *text, size_t size, const ExceptionInfo *exception)
{
	const char *reason = exception->reason;

	/* GraphicsMagick's own text for this asks for a bug report. */
	if (!reason ||
	    (exception->severity == CoderError && strstr(reason, "bug")))
		reason = "no picture comes out of it";
	snprintf(text, size, "%s", reason);
	for (; *text; text++)
		if (!isprint((unsigned char)*text))
			*text = '?';
}

static bool says(const ExceptionInfo *exception, const char *words)
{
	return (exception->reason && strcasestr(exception->reason, words)) ||
	       (exception->description &&
		strcasestr(exception->description, words));
}

bool decode_fail(struct work *work, const ExceptionInfo *exception)
{
	char text[160];

	explain(text, sizeof(text), exception);
	if (exception->severity % 100 == ResourceLimitBase ||
	    says(exception, "memory") || says(exception, "backing store"))
		return fail(work, ERR_TOO_LARGE, "no memory: %s", text);
	if (exception->severity % 100 == MissingDelegateBase ||
	    says(exception, "not supported") || says(exception, "unsupported"))
		return fail(work, ERR_UNSUPPORTED_FORMAT,
			    "unsupported variant of the image format: %s",
			    text);
	return fail(work, ERR_CORRUPT_IMAGE, "damaged: %s", text);
}

/* Replaces the image by the result of a step. */
static bool replace(struct decoding *d, Image *image)
{
	if (!image)
		return decode_fail(d->work, &d->exception);
	DestroyImage(d->image);
	d->image = image;
	return true;
}

static bool has_probed_size(struct decoding *d)
{
	const uint32_t width = d->probe->width, height = d->probe->height;

	if (d->image->columns == width && d->image->rows == height)
		return true;
	return fail(d->work, ERR_CORRUPT_IMAGE,
		    "expected %ux%u pixels as in its header, found %lux%lu",
		    width, height, d->image->columns, d->image->rows);
}

/* Damaged data give a picture and a warning; each decoder has its own kind of
   warning. Other warnings are about data that are not rendered. */
static bool is_whole(struct decoding *d)
{
	const ExceptionInfo *worst = &d->image->exception;

	if (d->exception.severity > worst->severity)
		worst = &d->exception;
	if (worst->severity >= WarningException)
		d->work->warned = true;
	if (worst->severity >= ErrorException ||
	    worst->severity == CorruptImageWarning)
		return decode_fail(d->work, worst);
	return true;
}

static void start(struct decoding *d)
{
	GetExceptionInfo(&d->exception);
	d->info = CloneImageInfo(NULL);
	/* Only this prefix keeps GraphicsMagick from choosing the decoder
	   itself. */
	snprintf(d->info->filename, sizeof(d->info->filename), "%s",
		 format_row(d->probe->format)->coder);
	d->info->subimage = 0;
	d->info->subrange = 1;
}

static bool read_image(struct decoding *d, const uint8_t *bytes, size_t len)
{
	Image *image = BlobToImage(d->info, bytes, len, &d->exception);

	if (!image)
		return decode_fail(d->work, &d->exception);
	d->image = image;
	return is_whole(d);
}

static void copy_profile(Image *to, const Image *from)
{
	size_t len = 0;
	const uint8_t *profile = GetImageProfile(from, "ICM", &len);

	if (profile)
		(void)SetImageProfile(to, "ICM", profile, len);
}

/* Frames may be smaller than their canvas, or lie elsewhere on it. */
static bool lay_on_canvas(struct decoding *d, long x, long y)
{
	Image *canvas;

	if (!x && !y && d->image->columns == d->probe->width &&
	    d->image->rows == d->probe->height)
		return true;
	canvas = AllocateImage(d->info);
	canvas->columns = d->probe->width;
	canvas->rows = d->probe->height;
	canvas->matte = MagickTrue;
	if (!SetImage(canvas, TransparentOpacity) ||
	    !CompositeImage(canvas, CopyCompositeOp, d->image, x, y)) {
		decode_fail(d->work, &canvas->exception);
		DestroyImage(canvas);
		return false;
	}
	copy_profile(canvas, d->image);
	return replace(d, canvas);
}

static bool read_gif(struct decoding *d, const uint8_t *bytes, size_t len)
{
	return read_image(d, bytes, len) &&
	       lay_on_canvas(d, d->image->page.x, d->image->page.y);
}

/* GraphicsMagick does not read animated WebP. */
static bool read_webp(struct decoding *d, const uint8_t *bytes, size_t len)
{
	struct webp_frame frame = { bytes, len, 0, 0 };

	if (webp_is_animated(bytes, len) &&
	    !webp_first_frame(&frame, d->work, bytes, len))
		return false;
	return read_image(d, frame.bytes, frame.len) &&
	       lay_on_canvas(d, frame.x, frame.y);
}

/* Reads floats of the range 0 to `max`. */
static bool read_floats(struct decoding *d, unsigned max, const uint8_t *bytes,
			size_t len)
{
	char definition[64];

	snprintf(definition, sizeof(definition), "tiff:max-sample-value=%u",
		 max);
	(void)AddDefinitions(d->info, definition, &d->exception);
	return read_image(d, bytes, len) && has_probed_size(d);
}

static void raise_to(unsigned *largest, unsigned value)
{
	if (value > *largest)
		*largest = value;
}

static bool find_largest(unsigned *largest, Image *image)
{
	*largest = 0;
	for (unsigned long y = 0; y < image->rows; y++) {
		const PixelPacket *row =
			GetImagePixels(image, 0, (long)y, image->columns, 1);

		if (!row)
			return false;
		for (unsigned long x = 0; x < image->columns; x++) {
			raise_to(largest, row[x].red);
			raise_to(largest, row[x].green);
			raise_to(largest, row[x].blue);
		}
	}
	return true;
}

/* By convention, floats are 0 to 1, but some programs write 0 to 255 or 0 to
   65535. Highlights may exceed 1 by a few times. */
static bool read_scaled_floats(struct decoding *d, const uint8_t *bytes,
			       size_t len)
{
	const unsigned brightest = 15, widest = 65535;
	unsigned largest;

	if (!read_floats(d, widest, bytes, len))
		return false;
	if (!find_largest(&largest, d->image))
		return decode_fail(d->work, &d->image->exception);
	largest = largest / (MaxRGB / widest);
	if (largest > 255)
		return true;
	DestroyImage(d->image);
	d->image = NULL;
	return read_floats(d, largest <= brightest ? 1 : 255, bytes, len);
}

static bool read_tiff_pixels(struct decoding *d, uint8_t *bytes, size_t len)
{
	const struct tiff_pixels pixels = tiff_directory_reduce(bytes, len);

	/* Otherwise libtiff divides colours by a fourth sample, whatever it
	   is. */
	if (!d->probe->alpha)
		(void)AddDefinitions(d->info, "tiff:alpha=unspecified",
				     &d->exception);
	if (pixels.is_float)
		return read_scaled_floats(d, bytes, len);
	if (!read_image(d, bytes, len) || !has_probed_size(d))
		return false;
	return !pixels.is_icc_lab || colour_flip_lab_signs(d->image) ||
	       decode_fail(d->work, &d->image->exception);
}

/* Other formats have 8 bits, or a reader in this folder converts them. */
static bool read_tiff(struct decoding *d, uint8_t *bytes, size_t len)
{
	return read_tiff_pixels(d, bytes, len) &&
	       (colour_convert_curves(d->image, d->work->pool,
				      d->probe->gray) ||
		decode_fail(d->work, &d->image->exception));
}

static bool read_any(struct decoding *d, uint8_t *bytes, size_t len)
{
	start(d);
	switch (d->probe->format) {
	case FORMAT_JPEG:
		return jpeg_read(&d->image, d->work, d->probe,
				 MARGIN * d->scale, bytes, len);
	case FORMAT_PNG:
		return png_read(&d->image, d->work, d->probe, bytes, len);
	case FORMAT_GIF:
		return read_gif(d, bytes, len);
	case FORMAT_WEBP:
		return read_webp(d, bytes, len);
	case FORMAT_TIFF:
		return read_tiff(d, bytes, len);
	case FORMAT_BMP:
		return bmp_read(&d->image, d->work, d->probe, bytes, len);
	default:
		return read_image(d, bytes, len) && has_probed_size(d);
	}
}

static bool convert_to_srgb(struct decoding *d)
{
	return colour_convert(d->image, d->probe->gray, d->renderer->srgb,
			      d->renderer->srgb_len) ||
	       decode_fail(d->work, &d->image->exception);
}

/* Reduces a large picture to twice the largest variant first: this is much
   cheaper than Lanczos, and Lanczos hides the difference. */
static bool reduce(struct decoding *d)
{
	const double width = ceil(2 * d->scale * d->probe->width);
	const double height = ceil(2 * d->scale * d->probe->height);
	Image *image = d->image;

	if (3 * width > 2.0 * image->columns || 3 * height > 2.0 * image->rows)
		return true;
	return replace(d, resize_roughly(image, (unsigned long)width,
					 (unsigned long)height, &d->exception));
}

static bool turn_upright(struct decoding *d)
{
	return d->probe->orientation <= 1 ||
	       replace(d,
		       AutoOrientImage(d->image,
				       (OrientationType)d->probe->orientation,
				       &d->exception));
}

/* Opaque pixels cost less. GraphicsMagick reads any extra sample of a TIFF as
   transparency. */
static void drop_useless_alpha(struct decoding *d)
{
	Image *image = d->image;
	const bool unused = d->probe->format == FORMAT_TIFF && !d->probe->alpha;

	if (!image->matte)
		return;
	if (unused)
		SetImageOpacity(image, OpaqueOpacity);
	if (unused || IsOpaqueImage(image, &d->exception))
		image->matte = MagickFalse;
}

/* Variants have only pixels, no metadata. */
static void strip(Image *image)
{
	ProfileImage(image, "*", NULL, 0, MagickTrue);
	DestroyImageAttributes(image);
	memset(&image->page, 0, sizeof(image->page));
	memset(&image->chromaticity, 0, sizeof(image->chromaticity));
	image->gamma = 0;
	image->orientation = UndefinedOrientation;
	image->x_resolution = 0;
	image->y_resolution = 0;
	image->depth = 8;
}

static bool make_upright(struct decoding *d)
{
	/* resize_roughly() would treat black ink as transparency. */
	const bool ink = d->image->colorspace == CMYKColorspace;

	if (ink && !convert_to_srgb(d))
		return false;
	drop_useless_alpha(d);
	if (!reduce(d) || !turn_upright(d) || (!ink && !convert_to_srgb(d)))
		return false;
	strip(d->image);
	return true;
}

static bool finish(struct decoding *d, bool ok, Image **image)
{
	if (ok)
		*image = d->image;
	else if (d->image)
		DestroyImageList(d->image);
	DestroyImageInfo(d->info);
	DestroyExceptionInfo(&d->exception);
	return ok;
}

/* Converts to RGB: in the colours of the profile, if any, else in sRGB. */
static bool make_rgb(struct decoding *d)
{
	if (d->image->colorspace != RGBColorspace && !convert_to_srgb(d))
		return false;
	drop_useless_alpha(d);
	return true;
}

void decode_export_row(uint8_t *out, const PixelPacket *in, uint32_t count,
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

bool decode_stored(Image **image, struct work *work,
		   const struct renderer *renderer,
		   const struct render_request *request, uint8_t *bytes,
		   size_t len)
{
	struct decoding d = { .work = work,
			      .renderer = renderer,
			      .probe = &request->probe };

	return finish(&d, read_any(&d, bytes, len) && make_rgb(&d), image);
}

bool decode(Image **image, struct work *work, const struct renderer *renderer,
	    const struct render_request *request, double scale, uint8_t *bytes,
	    size_t len)
{
	struct decoding d = { .work = work,
			      .renderer = renderer,
			      .probe = &request->probe,
			      .scale = scale };

	return finish(&d, read_any(&d, bytes, len) && make_upright(&d), image);
}
