/* resize.c: resizes GraphicsMagick images. */
#include "config.h"

#include "lib/picture/resize.h"

/* ScaleImage() would be faster, but mixes in the colours of transparent pixels,
   which gives dark edges. */
Image *resize_roughly(const Image *image, unsigned long width,
		      unsigned long height, ExceptionInfo *exception)
{
	if (image->matte)
		return ResizeImage(image, width, height, TriangleFilter, 1.0,
				   exception);
	return ScaleImage(image, width, height, exception);
}

Image *resize(const Image *image, unsigned long width, unsigned long height,
	      ExceptionInfo *exception)
{
	Image *half, *done;

	if (image->columns == width && image->rows == height)
		return CloneImage(image, 0, 0, MagickTrue, exception);
	if (image->columns <= 3 * width || image->rows <= 3 * height)
		return ResizeImage(image, width, height, LanczosFilter, 1.0,
				   exception);
	half = resize_roughly(image, 2 * width, 2 * height, exception);
	if (!half)
		return NULL;
	done = ResizeImage(half, width, height, LanczosFilter, 1.0, exception);
	DestroyImage(half);
	return done;
}
