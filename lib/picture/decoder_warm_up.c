/* decoder_warm_up.c: does the one-time work of the first picture in advance. */
#include "config.h"

#include "lib/picture/decoder_warm_up.h"

#include <string.h>

#include <magick/api.h>

#include "lib/base/pool.h"
#include "lib/picture/encode.h"

enum { SIDE = 64 };

/* Reduced, cropped, and in other formats than the source. */
static const struct recipe recipes[] = {
	{ .height = 40 },
	{ .width = 20, .height = 10, .fit = FIT_COVER },
	{ .width = 20, .has_format = true, .format = FORMAT_PNG },
	{ .width = 20, .has_format = true, .format = FORMAT_JPEG },
};

/* Makes an image in which all colours differ, with a profile, so that lcms2 is
   used. */
static Image *new_image(const struct renderer *renderer, bool has_alpha)
{
	ImageInfo *info = CloneImageInfo(NULL);
	Image *image = AllocateImage(info);

	DestroyImageInfo(info);
	image->columns = image->rows = SIDE;
	image->depth = 8;
	image->matte = has_alpha;
	for (long y = 0; y < SIDE; y++) {
		PixelPacket *row = SetImagePixels(image, 0, y, SIDE, 1);

		for (long x = 0; row && x < SIDE; x++)
			row[x] = (PixelPacket){
				.red = (Quantum)(MaxRGB * x / SIDE),
				.green = (Quantum)(MaxRGB * y / SIDE),
				.blue = (Quantum)(MaxRGB * (x ^ y) / SIDE),
				.opacity = has_alpha && x < y
						   ? TransparentOpacity
						   : OpaqueOpacity,
			};
		if (!row || !SyncImagePixels(image))
			break;
	}
	(void)SetImageProfile(image, "ICM", renderer->srgb, renderer->srgb_len);
	return image;
}

static void drop(void *arg, uint32_t index, const struct rendition *rendition)
{
	(void)arg;
	(void)index;
	(void)rendition;
}

static void render(const struct renderer *renderer, struct work *work,
		   const struct rendition *sample, bool has_alpha)
{
	struct render_request *request =
		pool_alloc(work->pool, sizeof(*request));

	request->probe = (struct probe){ .format = sample->format,
					 .width = SIDE,
					 .height = SIDE,
					 .frames = 1,
					 .scans = 1,
					 .orientation = 1,
					 .alpha = has_alpha };
	request->count = ARRAY_LEN(recipes);
	memcpy(request->recipes, recipes, sizeof(recipes));
	(void)!render_all(renderer, work, request, (uint8_t *)sample->bytes,
			  sample->len, drop, NULL);
}

static void warm_up(const struct renderer *renderer, enum format format)
{
	const bool has_alpha = format_row(format)->has_alpha;
	struct work work = { .conf = renderer->conf, .pool = pool_new() };
	Image *image = new_image(renderer, has_alpha);
	struct rendition sample;

	if (encode(&sample, &work, renderer->conf, image, format, 0)) {
		render(renderer, &work, &sample, has_alpha);
		MagickFree((void *)sample.bytes);
	}
	DestroyImage(image);
	pool_free(work.pool);
}

void decoder_warm_up(const struct renderer *renderer)
{
	for (enum format format = 0; format < FORMAT__COUNT; format++)
		warm_up(renderer, format);
}
