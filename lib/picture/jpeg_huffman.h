#ifndef LIB_PICTURE_JPEG_HUFFMAN_H
#define LIB_PICTURE_JPEG_HUFFMAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Decodes the entropy-coded data of a sequential JPEG scan (ITU-T T.81 F.2.2),
   for pictures that are reduced during decoding: it skips most coefficients,
   several in one step. */

enum { JPEG_HUFFMAN_BITS = 12 }; /* bits of one table lookup */

/* A table of AC codes, for lookups of JPEG_HUFFMAN_BITS. */
struct jpeg_ac_table {
	uint32_t values[1 << JPEG_HUFFMAN_BITS];
	uint16_t skips[1 << JPEG_HUFFMAN_BITS];
};

struct jpeg_huffman {
	uint16_t codes[1 << JPEG_HUFFMAN_BITS]; /* length and symbol; 0: longer
						   code */
	uint32_t limits[17]; /* first invalid code of each length */
	int32_t offsets[17]; /* from codes of a length to symbols */
	uint8_t symbols[256];
};

/* `bits` has the number of codes of each length, 1 to 16; `symbols` are their
   symbols (T.81 B.2.4.2). Returns false if there are more codes than patterns,
   or more than `count` symbols. */
bool jpeg_huffman_init(struct jpeg_huffman *table, const uint8_t bits[17],
		       const uint8_t symbols[256]);

void jpeg_ac_table_init(struct jpeg_ac_table *ac,
			const struct jpeg_huffman *table);

struct jpeg_bits {
	const uint8_t *at, *end;
	uint64_t held; /* next bits, the first in the highest bit */
	unsigned count;
	unsigned invented; /* zero bytes added at a marker or the end */
};

void jpeg_bits_init(struct jpeg_bits *bits, const uint8_t *at,
		    const uint8_t *end);

/* Returns true if less than a byte of the interval is left and `marker`
   follows. The next interval begins after it. */
bool jpeg_bits_end(struct jpeg_bits *bits, uint8_t marker);

struct jpeg_block_coder {
	const struct jpeg_huffman *dc, *ac_codes;
	const struct jpeg_ac_table *ac;
	const uint16_t *quantisers; /* in natural order */
	unsigned last; /* last needed coefficient, in zigzag order */
};

/*
 * Decodes the first coefficients of a block, dequantised, in natural order.
 * Does not set coefficients that the data omit. `predictor` is the DC
 * coefficient of the previous block. Returns how many coefficients, in zigzag
 * order, may differ from 0; or 0 if the data violate T.81.
 */
unsigned jpeg_block_decode(int16_t block[64], struct jpeg_bits *bits,
			   const struct jpeg_block_coder *coder,
			   int32_t *predictor);

/* Reads the symbols of a block without decoding them: each is `symbol` +
   `value` << 8; the lower half of the symbol is the number of bits of the
   value. Returns the number of symbols, or 0 as above. */
unsigned jpeg_block_symbols(uint32_t symbols[64], struct jpeg_bits *bits,
			    const struct jpeg_huffman *dc,
			    const struct jpeg_huffman *ac);

/* The index in natural order of each coefficient in zigzag order (T.81 figure
   5). The name differs from libjpeg's jpeg_natural_order, which it would
   replace. */
extern const uint8_t jpeg_zigzag_natural[64];

#endif
