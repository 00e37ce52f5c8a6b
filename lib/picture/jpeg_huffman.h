#ifndef LIB_PICTURE_JPEG_HUFFMAN_H
#define LIB_PICTURE_JPEG_HUFFMAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The entropy-coded data of a JPEG's sequential scan (ITU-T T.81 F.2.2), for
   pictures that are reduced while they are decoded: most coefficients are
   passed over, several a step. */

enum { JPEG_HUFFMAN_BITS = 12 }; /* that one step looks at */

/* A table of AC codes, as steps of so many bits. */
struct jpeg_ac_table {
	uint32_t values[1 << JPEG_HUFFMAN_BITS];
	uint16_t skips[1 << JPEG_HUFFMAN_BITS];
};

struct jpeg_huffman {
	uint16_t codes[1 << JPEG_HUFFMAN_BITS]; /* length and symbol; 0: longer
						 */
	uint32_t limits[17]; /* the first code beyond those of each length */
	int32_t offsets[17]; /* from codes of a length to symbols */
	uint8_t symbols[256];
};

/* `bits` are the numbers of codes of each length, from 1 to 16, and `symbols`
   what they mean (T.81 B.2.4.2). False when there are more codes than
   patterns, or more than `count` symbols. */
bool jpeg_huffman_init(struct jpeg_huffman *table, const uint8_t bits[17],
		       const uint8_t symbols[256]);

void jpeg_ac_table_init(struct jpeg_ac_table *ac,
			const struct jpeg_huffman *table);

struct jpeg_bits {
	const uint8_t *at, *end;
	uint64_t held; /* the next bits, from the highest on */
	unsigned count;
	unsigned invented; /* bytes of zeros, where a marker or the end is */
};

void jpeg_bits_init(struct jpeg_bits *bits, const uint8_t *at,
		    const uint8_t *end);

/* True when all bits of an interval were used but for less than a byte, and a
   marker follows. The next interval begins behind it. */
bool jpeg_bits_end(struct jpeg_bits *bits, uint8_t marker);

struct jpeg_block_coder {
	const struct jpeg_huffman *dc, *ac_codes;
	const struct jpeg_ac_table *ac;
	const uint16_t *quantisers; /* in natural order */
	unsigned last; /* coefficient that is wanted, in zigzag order */
};

/*
 * Decodes one block: its first coefficients, dequantised, in natural order;
 * those that are not written are left as they are. `predictor` is the last
 * block's DC coefficient. Returns how many coefficients in zigzag order may
 * differ from 0, or 0 when the data are not what T.81 has.
 */
unsigned jpeg_block_decode(int16_t block[64], struct jpeg_bits *bits,
			   const struct jpeg_block_coder *coder,
			   int32_t *predictor);

/*
 * Reads one block's symbols as they are coded: each is `symbol` + `value` << 8,
 * where the value has as many bits as the symbol's lower half says. Returns
 * their number, or 0 as above.
 */
unsigned jpeg_block_symbols(uint32_t symbols[64], struct jpeg_bits *bits,
			    const struct jpeg_huffman *dc,
			    const struct jpeg_huffman *ac);

/* The place in natural order of each coefficient in zigzag order (T.81 figure
   5). libjpeg exports jpeg_natural_order: another of this name would replace
   it. */
extern const uint8_t jpeg_zigzag_natural[64];

#endif
