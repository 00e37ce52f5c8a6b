#ifndef LIB_PICTURE_PNG_INFLATE_H
#define LIB_PICTURE_PNG_INFLATE_H

#include "lib/base/work.h"
#include "lib/picture/bytes.h"

/*
 * Decompresses the data of a PNG's IDAT chunks (W3C PNG 10.3), with ISA-L if
 * configure found it, else with zlib. If ISA-L finds damage, zlib starts again,
 * so that both give the same bytes and reject the same files. There is one
 * difference: zlib rejects incomplete Huffman codes; ISA-L accepts them if the
 * Adler-32 is right.
 */
struct png_inflate;
struct pool;

enum { PNG_INFLATE_SLACK = 32 };

/* The result belongs to the pool; `work` gets the failures. `offset` is that of
   the data of the first IDAT chunk, `total` the number of bytes to read. */
struct png_inflate *png_inflate_new(struct pool *pool, struct work *work,
				    struct bytes file, size_t offset,
				    uint64_t total);

/*
 * Reads the next `count` bytes. PNG_INFLATE_SLACK bytes after them may be read.
 * Ignores CRCs. Checks the Adler-32 only if zlib compares it with the last
 * byte. ERR_CORRUPT_IMAGE if bytes are missing or damaged; ERR_TOO_LARGE if out
 * of memory.
 */
bool png_inflate_read(struct png_inflate *stream, uint8_t *out,
		      uint32_t count) MUST_CHECK;

/* Call it after the last byte: ERR_CORRUPT_IMAGE if the chunks contain many
   more bytes (surplus.h). */
bool png_inflate_end(struct png_inflate *stream) MUST_CHECK;

#endif
