#ifndef LIB_PICTURE_PNG_CHUNK_WRITE_H
#define LIB_PICTURE_PNG_CHUNK_WRITE_H

#include <stddef.h>
#include <stdint.h>

/* Writes a PNG, chunk after chunk (W3C PNG 5.3). The caller owns the bytes,
   which have room for the signature and all chunks, each of PNG_CHUNK_OVERHEAD
   bytes and its data. */
struct png_file {
	uint8_t *bytes;
	size_t len;
};

/* Writes the signature. */
void png_file_begin(struct png_file *file);

/* Returns where to write the data of the next chunk. */
uint8_t *png_chunk_data(const struct png_file *file);

/* Adds a chunk whose `len` bytes of data (at most INT32_MAX) are already
   there. */
void png_chunk_write(struct png_file *file, const char *type, uint32_t len);

#endif
