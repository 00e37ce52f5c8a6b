/* graphicsmagick.c: renders with GraphicsMagick alone, as most programs do that
   use it: decodes the whole picture, and resizes it once for each thumbnail. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include <magick/api.h>

#include "tests/bench/measure.h"

static void *start(const struct measure_input *input)
{
	ExceptionInfo exception;

	(void)input;
	GetExceptionInfo(&exception);
	InitializeMagickEx(NULL, MAGICK_OPT_NO_SIGNAL_HANDER, &exception);
	SetMagickResourceLimit(ThreadsResource, 1);
	DestroyExceptionInfo(&exception);
	return NULL;
}

static void write_image(struct measure_output *output, Image *image,
			ExceptionInfo *exception)
{
	ImageInfo *info = CloneImageInfo(NULL);
	void *bytes;

	strcpy(image->magick, image->matte ? "PNG" : "JPEG");
	strcpy(info->magick, image->magick);
	info->quality = MEASURE_QUALITY;
	bytes = ImageToBlob(info, image, &output->len, exception);
	if (!bytes)
		measure_fail("GraphicsMagick: cannot write the thumbnail");
	output->bytes = memcpy(malloc(output->len), bytes, output->len);
	MagickFree(bytes);
	DestroyImageInfo(info);
}

static void resize(struct measure_output *output, const Image *image,
		   unsigned long height, ExceptionInfo *exception)
{
	const unsigned long width =
		measure_width((unsigned)image->columns, (unsigned)image->rows,
			      (unsigned)height);
	Image *small;

	if (height >= image->rows)
		small = CloneImage(image, 0, 0, MagickTrue, exception);
	else
		small = ResizeImage(image, width, height, LanczosFilter, 1.0,
				    exception);
	if (!small)
		measure_fail("GraphicsMagick: cannot resize the picture");
	write_image(output, small, exception);
	DestroyImage(small);
}

static void render(void *arg, const struct measure_input *input,
		   struct measure_output outputs[MEASURE__COUNT])
{
	ImageInfo *info = CloneImageInfo(NULL);
	ExceptionInfo exception;
	Image *image;

	(void)arg;
	GetExceptionInfo(&exception);
	image = BlobToImage(info, input->bytes, input->len, &exception);
	if (!image)
		measure_fail("%s: GraphicsMagick: %s", input->path,
			     exception.reason);
	resize(&outputs[MEASURE_LARGE], image, MEASURE_LARGE_HEIGHT,
	       &exception);
	resize(&outputs[MEASURE_SMALL], image, MEASURE_SMALL_HEIGHT,
	       &exception);
	DestroyImageList(image);
	DestroyImageInfo(info);
	DestroyExceptionInfo(&exception);
}

int main(int argc, char **argv)
{
	return measure_main(argc, argv, start, render);
}
