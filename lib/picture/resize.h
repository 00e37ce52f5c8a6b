#ifndef LIB_PICTURE_RESIZE_H
#define LIB_PICTURE_RESIZE_H

#include <magick/api.h>

/* Both keep the image and return a new one, which the caller destroys; NULL,
   with the exception, if out of memory. */
Image *resize(const Image *image, unsigned long width, unsigned long height,
	      ExceptionInfo *exception);

/* Fast, and good enough before resize() with a ratio of about 2. */
Image *resize_roughly(const Image *image, unsigned long width,
		      unsigned long height, ExceptionInfo *exception);

#endif
