#ifndef LIB_PICTURE_PNG_INFLATE_H
#define LIB_PICTURE_PNG_INFLATE_H

#include "lib/base/work.h"
#include "lib/picture/bytes.h"

/*
 * The decompressed data of a PNG's IDAT chunks (W3C PNG 10.3), by ISA-L where
 * configure found it, else by zlib. What ISA-L makes of damaged data does not
 * count: zlib then begins again, so that both give the same bytes, and refuse
 * the same files. But for one kind: zlib refuses Huffman codes that leave some
 * bits unused, ISA-L only when the Adler-32 is wrong.
 */
struct png_inflate;
struct pool;

enum { PNG_INFLATE_SLACK = 32 };

/* Of the pool; failures are the work's. `offset` is that of the first IDAT
   chunk's data, `total` how many bytes will be read. */
struct png_inflate *png_inflate_new(struct pool *pool, struct work *work,
				    struct bytes file, size_t offset,
				    uint64_t total);

/*
 * The next `count` bytes. Behind them are PNG_INFLATE_SLACK bytes that may be
 * read. CRCs do not count, and the Adler-32 as far as zlib compares it with the
 * last byte. ERR_CORRUPT_IMAGE when bytes are missing or damaged;
 * ERR_TOO_LARGE when memory does not suffice.
 */
bool png_inflate_read(struct png_inflate *stream, uint8_t *out,
		      uint32_t count) MUST_CHECK;

/* After the last byte: ERR_CORRUPT_IMAGE when the chunks hold much more
   (surplus.h). */
bool png_inflate_end(struct png_inflate *stream) MUST_CHECK;

#endif
