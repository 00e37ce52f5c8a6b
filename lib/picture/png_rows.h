#ifndef LIB_PICTURE_PNG_ROWS_H
#define LIB_PICTURE_PNG_ROWS_H

#include "lib/picture/png_header.h"

/* What samples become: `size` bytes a pixel, at most 8. */
struct png_form {
	size_t size;
	void (*convert)(uint8_t *out, const struct png_samples *samples,
			const uint8_t *in, uint32_t count);
};

/* Gets a row, behind which there are BITMAP_SLACK bytes that may be read. It
   has failed the work when it returns false. */
typedef bool png_rows_put(void *arg, const uint8_t *row);

/*
 * Decodes the rows behind the header, from the top: each as soon as it is
 * there, or all of them at the end of an interlaced picture. Chunks behind the
 * last row need not be there. ERR_CORRUPT_IMAGE when pixels are missing or
 * damaged; ERR_TOO_LARGE when memory does not suffice.
 */
bool png_rows_read(struct work *work, struct bytes file,
		   const struct png_header *header, const struct png_form *form,
		   png_rows_put *put, void *arg) MUST_CHECK;

#endif
