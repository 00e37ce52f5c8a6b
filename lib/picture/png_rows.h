#ifndef LIB_PICTURE_PNG_ROWS_H
#define LIB_PICTURE_PNG_ROWS_H

#include "lib/picture/png_header.h"

/* The pixel format of decoded rows: `size` bytes a pixel, at most 8. */
struct png_form {
	size_t size;
	void (*convert)(uint8_t *out, const struct png_samples *samples,
			const uint8_t *in, uint32_t count);
};

/* Receives a row; BITMAP_SLACK bytes after it may be read. If it returns false,
   it has failed the work. */
typedef bool png_rows_put(void *arg, const uint8_t *row);

/*
 * Decodes the rows after the header, from the top: passes each row on at once,
 * or, for an interlaced picture, all rows at the end. The file may end after
 * the last row. ERR_CORRUPT_IMAGE if pixels are missing or damaged;
 * ERR_TOO_LARGE if out of memory.
 */
bool png_rows_read(struct work *work, struct bytes file,
		   const struct png_header *header, const struct png_form *form,
		   png_rows_put *put, void *arg) MUST_CHECK;

#endif
