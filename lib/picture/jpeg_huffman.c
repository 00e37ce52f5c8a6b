/* jpeg_huffman.c: decodes the entropy-coded data of a JPEG. */
#include "config.h"

#include "lib/picture/jpeg_huffman.h"

#include <endian.h>
#include <string.h>

enum {
	LOOK = JPEG_HUFFMAN_BITS,
	PATTERNS = 1 << LOOK,
	LONGEST_CODE = 16,
	COEFFICIENTS = 64,
	/* A step that ends after the block's last coefficient. */
	END_OF_BLOCK = 128,
	/* Most bits of a code and the value that follows it. */
	LONGEST_STEP = LONGEST_CODE + 15,
	MOST_COEFFICIENT = 2048
};

const uint8_t jpeg_zigzag_natural[COEFFICIENTS] = {
	0,  1,  8,  16, 9,  2,  3,  10, 17, 24, 32, 25, 18, 11, 4,  5,
	12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6,  7,  14, 21, 28,
	35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51,
	58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
};

static void add_code(struct jpeg_huffman *table, unsigned len, uint32_t code,
		     uint8_t symbol)
{
	const unsigned free = LOOK - len;

	for (uint32_t i = 0; len <= LOOK && i < 1u << free; i++)
		table->codes[(code << free) + i] =
			(uint16_t)(len << 8 | symbol);
}

bool jpeg_huffman_init(struct jpeg_huffman *table, const uint8_t bits[17],
		       const uint8_t symbols[256])
{
	uint32_t code = 0, count = 0;

	memset(table, 0, sizeof(*table));
	memcpy(table->symbols, symbols, sizeof(table->symbols));
	for (unsigned len = 1; len <= LONGEST_CODE; len++) {
		code <<= 1;
		table->offsets[len] = (int32_t)count - (int32_t)code;
		if (count + bits[len] > sizeof(table->symbols) ||
		    code + bits[len] > 1u << len)
			return false;
		for (unsigned i = 0; i < bits[len]; i++)
			add_code(table, len, code++, symbols[count++]);
		table->limits[len] = code;
	}
	return true;
}

/* T.81 F.2.2.1: EXTEND. */
static int32_t extend(uint32_t bits, unsigned size)
{
	return size && bits < 1u << (size - 1)
		       ? (int32_t)bits - (int32_t)(1u << size) + 1
		       : (int32_t)bits;
}

/* A symbol without a value ends the block, except 16 zeros. */
static unsigned step_of(uint8_t symbol)
{
	if (symbol & 15)
		return 1u + (symbol >> 4);
	return symbol == 0xf0 ? 16 : END_OF_BLOCK;
}

/* Returns one coefficient: its value in the upper half, its step, its bits; 0
   if it has more bits than the pattern. */
static uint32_t value_of(const struct jpeg_huffman *table, uint32_t pattern)
{
	const unsigned code = table->codes[pattern], symbol = code & 255;
	const unsigned size = symbol & 15, used = (code >> 8) + size;
	const uint32_t bits = pattern >> (used <= LOOK ? LOOK - used : 0);
	const int32_t value = extend(bits & ((1u << size) - 1), size);

	if (!code || used > LOOK)
		return 0;
	return (uint32_t)value << 16 | step_of((uint8_t)symbol) << 8 | used;
}

/* Returns as many coefficients as fit in the pattern: their steps and bits. */
static uint16_t skip_of(const struct jpeg_ac_table *ac, uint32_t pattern)
{
	unsigned steps = 0, bits = 0;

	while (steps < COEFFICIENTS) {
		const uint32_t entry =
			ac->values[pattern << bits & (PATTERNS - 1)];
		const unsigned used = entry & 255;

		if (!used || bits + used > LOOK)
			break;
		steps += entry >> 8 & 255;
		bits += used;
	}
	return (uint16_t)(steps << 4 | bits);
}

void jpeg_ac_table_init(struct jpeg_ac_table *ac,
			const struct jpeg_huffman *table)
{
	for (uint32_t i = 0; i < PATTERNS; i++)
		ac->values[i] = value_of(table, i);
	for (uint32_t i = 0; i < PATTERNS; i++)
		ac->skips[i] = skip_of(ac, i);
}

void jpeg_bits_init(struct jpeg_bits *bits, const uint8_t *at,
		    const uint8_t *end)
{
	*bits = (struct jpeg_bits){ .at = at, .end = end };
}

/* A byte of 255 is followed by a 0, which is not data, or it belongs to a
   marker. */
static uint8_t next_byte(struct jpeg_bits *bits)
{
	const uint8_t *at = bits->at;

	if (at < bits->end && *at != 255) {
		bits->at++;
		return *at;
	}
	if (bits->end - at >= 2 && !at[1]) {
		bits->at += 2;
		return 255;
	}
	bits->invented++;
	return 0;
}

/* Passed by value, here and below, so that the bits stay in registers. */
static struct jpeg_bits filled_slowly(struct jpeg_bits bits)
{
	bits.held = bits.count ? bits.held & ~0ull << (64 - bits.count) : 0;
	for (; bits.count <= 56; bits.count += 8)
		bits.held |= (uint64_t)next_byte(&bits) << (56 - bits.count);
	return bits;
}

static bool has_255(uint64_t bytes)
{
	const uint64_t ones = 0x0101010101010101;

	return (~bytes - ones) & bytes & (ones << 7);
}

/* Loads enough bits for one step. Extra bits that `count` does not include are
   the next ones too, so adding them again later does no harm. */
static inline void fill(struct jpeg_bits *bits)
{
	const unsigned bytes = (63 - bits->count) / 8;
	uint64_t next = ~0ull;

	if (bits->count >= LONGEST_STEP)
		return;
	if (bits->end - bits->at >= 8)
		memcpy(&next, bits->at, sizeof(next));
	if (has_255(next)) {
		*bits = filled_slowly(*bits);
		return;
	}
	bits->held |= be64toh(next) >> bits->count;
	bits->at += bytes;
	bits->count += bytes * 8;
}

static inline void drop(struct jpeg_bits *bits, unsigned count)
{
	bits->held <<= count;
	bits->count -= count;
}

static inline uint32_t take(struct jpeg_bits *bits, unsigned count)
{
	const uint32_t value =
		count ? (uint32_t)(bits->held >> (64 - count)) : 0;

	drop(bits, count);
	return value;
}

bool jpeg_bits_end(struct jpeg_bits *bits, uint8_t marker)
{
	const int left = (int)bits->count - 8 * (int)bits->invented;
	const uint8_t *at = bits->at;

	if (left < 0 || left >= 8 || bits->end - at < 2 || at[0] != 255 ||
	    at[1] != marker)
		return false;
	jpeg_bits_init(bits, at + 2, bits->end);
	return true;
}

/* Decodes a code that is longer than the lookup: returns the symbol and the
   length as in codes[]; 0 if it is invalid. */
static unsigned long_code(uint64_t held, const struct jpeg_huffman *table)
{
	for (unsigned len = LOOK + 1; len <= LONGEST_CODE; len++) {
		const uint32_t code = (uint32_t)(held >> (64 - len));

		if (code < table->limits[len])
			return len << 8 | table->symbols[table->offsets[len] +
							 (int32_t)code];
	}
	return 0;
}

static inline unsigned next_code(struct jpeg_bits *bits,
				 const struct jpeg_huffman *table)
{
	unsigned code = table->codes[bits->held >> (64 - LOOK)];

	if (!code)
		code = long_code(bits->held, table);
	drop(bits, code >> 8);
	return code;
}

static inline int16_t dequantise(int32_t value, uint16_t quantiser)
{
	value *= quantiser;
	if (value > MOST_COEFFICIENT)
		return MOST_COEFFICIENT;
	return (int16_t)(value < -MOST_COEFFICIENT ? -MOST_COEFFICIENT : value);
}

/* Returns a coefficient as in values[]; 0 if its code is invalid. */
static inline uint32_t next_value(struct jpeg_bits *bits,
				  const struct jpeg_block_coder *coder)
{
	const uint32_t entry = coder->ac->values[bits->held >> (64 - LOOK)];
	unsigned code, size;

	if (entry) {
		drop(bits, entry & 255);
		return entry;
	}
	code = next_code(bits, coder->ac_codes);
	size = code & 15;
	if (!code)
		return 0;
	return (uint32_t)extend(take(bits, size), size) << 16 |
	       step_of((uint8_t)code) << 8;
}

/* Skips the next coefficients and returns their steps and bits; 0 if a code is
   invalid. Near the end of the block, goes one by one: the next block may begin
   among them. */
static inline unsigned next_skip(struct jpeg_bits *bits,
				 const struct jpeg_block_coder *coder,
				 unsigned at)
{
	const unsigned skip = coder->ac->skips[bits->held >> (64 - LOOK)];
	const unsigned steps = skip >> 4;

	if (!skip || at + steps % END_OF_BLOCK >= COEFFICIENTS)
		return next_value(bits, coder) >> 8 & 255;
	drop(bits, skip & 15);
	return steps;
}

static inline bool decode_dc(int16_t *out, struct jpeg_bits *bits,
			     const struct jpeg_block_coder *coder,
			     int32_t *predictor)
{
	const unsigned code = next_code(bits, coder->dc), size = code & 255;

	if (!code || size > 15)
		return false;
	*predictor += extend(take(bits, size), size);
	*out = dequantise(*predictor, coder->quantisers[0]);
	return *predictor >= INT16_MIN && *predictor <= INT16_MAX;
}

unsigned jpeg_block_decode(int16_t block[64], struct jpeg_bits *source,
			   const struct jpeg_block_coder *coder,
			   int32_t *predictor)
{
	struct jpeg_bits bits = *source;
	unsigned at = 1, used = 1, step = 1;

	fill(&bits);
	if (!decode_dc(block, &bits, coder, predictor))
		return 0;
	while (step && at <= coder->last) {
		uint32_t value;

		fill(&bits);
		value = next_value(&bits, coder);
		step = value >> 8 & 255;
		at += step;
		if (at <= coder->last + 1) {
			/* NOLINTNEXTLINE: `last` is below COEFFICIENTS */
			const uint8_t natural = jpeg_zigzag_natural[at - 1];

			block[natural] = dequantise((int32_t)value >> 16,
						    coder->quantisers[natural]);
			used = at;
		}
	}
	while (step && at < COEFFICIENTS) {
		fill(&bits);
		step = next_skip(&bits, coder, at);
		at += step;
	}
	*source = bits;
	return step && (at == COEFFICIENTS || at >= END_OF_BLOCK) ? used : 0;
}

/* Returns 0 if the code is invalid. */
static inline unsigned next_symbol(uint32_t *out, struct jpeg_bits *bits,
				   const struct jpeg_huffman *table)
{
	unsigned code;

	fill(bits);
	code = next_code(bits, table);
	*out = (code & 255) | take(bits, code & 15) << 8;
	return code;
}

unsigned jpeg_block_symbols(uint32_t symbols[64], struct jpeg_bits *source,
			    const struct jpeg_huffman *dc,
			    const struct jpeg_huffman *ac)
{
	struct jpeg_bits bits = *source;
	unsigned count = 1, at = 1;
	unsigned code = next_symbol(symbols, &bits, dc);

	while (code && at < COEFFICIENTS) {
		code = next_symbol(&symbols[count++], &bits, ac);
		at += step_of((uint8_t)code);
	}
	*source = bits;
	return code && (at == COEFFICIENTS || at >= END_OF_BLOCK) ? count : 0;
}
