#ifndef LIB_PICTURE_PNG_CHUNK_WRITE_H
#define LIB_PICTURE_PNG_CHUNK_WRITE_H

#include <stddef.h>
#include <stdint.h>

/*
 * A PNG that is written, chunk behind chunk (W3C PNG 5.3). The bytes are the
 * caller's, with room for the signature and for all chunks, each of
 * PNG_CHUNK_OVERHEAD bytes and its data.
 */
struct png_file {
	uint8_t *bytes;
	size_t len;
};

/* The file's signature. */
void png_file_begin(struct png_file *file);

/* Where the data of the next chunk have to be put. */
uint8_t *png_chunk_data(const struct png_file *file);

/* Adds a chunk whose `len` bytes of data are there, at most INT32_MAX. */
void png_chunk_write(struct png_file *file, const char *type, uint32_t len);

#endif
