#ifndef LIB_PICTURE_RESIZE_H
#define LIB_PICTURE_RESIZE_H

#include <magick/api.h>

/* Both leave the image as it is and give another, which is the caller's to
   destroy; NULL, with the exception, when memory does not suffice. */
Image *resize(const Image *image, unsigned long width, unsigned long height,
	      ExceptionInfo *exception);

/* Fast, and good enough where resize() follows with a ratio of 2 or so. */
Image *resize_roughly(const Image *image, unsigned long width,
		      unsigned long height, ExceptionInfo *exception);

#endif
