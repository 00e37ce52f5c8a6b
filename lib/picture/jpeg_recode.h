#ifndef LIB_PICTURE_JPEG_RECODE_H
#define LIB_PICTURE_JPEG_RECODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/work.h"

/* The order of the blocks in a scan. The first component uses Huffman tables 0,
   the others use tables 1. */
struct jpeg_mcus {
	uint32_t count;
	unsigned blocks;       /* blocks of one MCU, 1 to 10 */
	uint8_t component[10]; /* component of each block */
};

/*
 * Encodes a JPEG again with the shortest Huffman codes for its symbols. `in`
 * has one sequential scan without restart intervals. The result is byte by byte
 * what libjpeg-turbo writes with optimize_coding, which takes more than twice
 * as long. The bytes belong to the pool. ERR_TOO_LARGE if out of memory,
 * ERR_CORRUPT_IMAGE if `in` is not such a file.
 */
bool jpeg_recode(const uint8_t **bytes, size_t *len, struct work *work,
		 const uint8_t *in, size_t in_len,
		 const struct jpeg_mcus *mcus) MUST_CHECK;

#endif
