#ifndef LIB_PICTURE_PNG_DEFLATE_H
#define LIB_PICTURE_PNG_DEFLATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/util.h"

/*
 * Compresses the rows of a PNG to the zlib stream of its IDAT chunks (RFC 1950,
 * W3C PNG 10): filtered ones by ISA-L where configure found it, the rest by
 * zlib.
 */
struct png_deflate;
struct pool;

enum png_deflate_kind {
	PNG_DEFLATE_NEAR,     /* filtered; pixels only repeat the one before */
	PNG_DEFLATE_FILTERED, /* filtered; any may be repeated */
	PNG_DEFLATE_COLOURS,  /* not filtered */
	PNG_DEFLATE_INDICES,  /* not filtered, of a palette */
	PNG_DEFLATE__COUNT
};

/* Of the pool; NULL when memory does not suffice. */
struct png_deflate *png_deflate_new(struct pool *pool);

/* Begins a stream, of which at most `room` bytes are written to `out`. False
   when memory does not suffice. */
bool png_deflate_begin(struct png_deflate *stream, enum png_deflate_kind kind,
		       uint8_t *out, uint32_t room) MUST_CHECK;

/* Adds bytes, and with the last ones ends the stream. False when there is not
   enough room. */
bool png_deflate_add(struct png_deflate *stream, const uint8_t *bytes,
		     uint32_t count, bool is_last) MUST_CHECK;

/* Bytes written; all are only when the stream has ended. */
uint32_t png_deflate_len(const struct png_deflate *stream);

#endif
