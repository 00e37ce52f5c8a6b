#ifndef LIB_PICTURE_JPEG_CODE_H
#define LIB_PICTURE_JPEG_CODE_H

#include <stdint.h>

/* Optimal Huffman codes for the symbols of a JPEG scan (ITU-T T.81 K.2,
   C.2). */
struct jpeg_code {
	uint8_t bits[17];     /* the number of codes of each length, 1 to 16 */
	uint8_t symbols[256]; /* by length, then by value */
	unsigned count;       /* number of symbols */
	uint16_t codes[256];  /* by symbol, as lengths[] */
	uint8_t lengths[256]; /* in bits; 0: the symbol has no code */
};

/* `frequencies` of the symbols; their sum is at most UINT32_MAX. */
void jpeg_code_init(struct jpeg_code *code, const uint32_t frequencies[256]);

#endif
