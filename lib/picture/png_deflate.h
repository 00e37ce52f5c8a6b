#ifndef LIB_PICTURE_PNG_DEFLATE_H
#define LIB_PICTURE_PNG_DEFLATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/util.h"

/* Compresses the rows of a PNG to the zlib stream of its IDAT chunks (RFC 1950,
   W3C PNG 10): filtered rows with ISA-L if configure found it, other rows with
   zlib. */
struct png_deflate;
struct pool;

enum png_deflate_kind {
	PNG_DEFLATE_NEAR,     /* filtered; only the previous pixel repeats */
	PNG_DEFLATE_FILTERED, /* filtered; any pixels may repeat */
	PNG_DEFLATE_COLOURS,  /* not filtered */
	PNG_DEFLATE_INDICES,  /* not filtered, palette indices */
	PNG_DEFLATE__COUNT
};

/* Belongs to the pool; NULL if out of memory. */
struct png_deflate *png_deflate_new(struct pool *pool);

/* Starts a stream and writes at most `room` bytes of it to `out`. False if out
   of memory. */
bool png_deflate_begin(struct png_deflate *stream, enum png_deflate_kind kind,
		       uint8_t *out, uint32_t room) MUST_CHECK;

/* Adds bytes, and ends the stream with the last ones. False if the room is not
   enough. */
bool png_deflate_add(struct png_deflate *stream, const uint8_t *bytes,
		     uint32_t count, bool is_last) MUST_CHECK;

/* Returns the bytes written; the number is final when the stream has ended. */
uint32_t png_deflate_len(const struct png_deflate *stream);

#endif
