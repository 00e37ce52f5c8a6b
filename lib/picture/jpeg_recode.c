/* jpeg_recode.c: encodes a JPEG again with optimal Huffman codes. */
#include "config.h"

#include "lib/picture/jpeg_recode.h"

#include <endian.h>
#include <string.h>

#include "lib/base/pool.h"
#include "lib/picture/jpeg_code.h"
#include "lib/picture/jpeg_huffman.h"
#include "lib/picture/jpeg_marker.h"

enum {
	TABLES = 4, /* DC 0, AC 0, DC 1, AC 1: class in the lower bit */
	BLOCK_SYMBOLS = 64,
	CHUNK = 16000,
	/* In a list of symbols: the bits of the table. */
	TABLE_SHIFT = 28,
	/* Length, class and number, and 16 counts. */
	TABLE_HEADER = 2 + 1 + 16,
	/* A marker and the bytes before the symbols of a table. */
	TABLE_ROOM = 2 + TABLE_HEADER + 256
};

/* Symbols in the order of the scan, as jpeg_block_symbols() returns them, with
   their table. */
struct chunk {
	struct chunk *next;
	uint32_t count;
	uint32_t symbols[CHUNK];
};

struct recoder {
	struct work *work;
	struct bytes in;
	const struct jpeg_mcus *mcus;
	struct jpeg_huffman old[TABLES];
	struct jpeg_code new[TABLES];
	uint32_t frequencies[TABLES][256];
	struct chunk *first, *last;
	uint8_t *out, *at;
	/* Bits that are not written yet; the last is the lowest. */
	uint64_t held;
	unsigned count;
};

static bool refuse(struct recoder *r, const char *what)
{
	return fail(r->work, ERR_CORRUPT_IMAGE,
		    "expected a JPEG with one sequential scan: %s", what);
}

/* Returns the index of a table in `old` and `new` from the byte Tc, Th
   (B.2.4.2). */
static unsigned table_of(uint8_t byte)
{
	return (byte & 1u) << 1 | byte >> 4;
}

/* B.2.4.2: accepts one table for each segment, as libjpeg writes them. */
static bool read_table(struct recoder *r, struct bytes segment)
{
	uint8_t bits[17] = { 0 }, symbols[256] = { 0 };
	const size_t header = 1 + 16;

	if (segment.len < header || segment.len > header + sizeof(symbols) ||
	    segment.data[0] & 0xee)
		return refuse(r, "a Huffman table is wrong");
	memcpy(bits + 1, segment.data + 1, 16);
	memcpy(symbols, segment.data + header, segment.len - header);
	return jpeg_huffman_init(&r->old[table_of(segment.data[0])], bits,
				 symbols) ||
	       refuse(r, "a Huffman table has too many codes");
}

/* Reads the tables. `scan` is the offset of the SOS marker, `data` that of the
   first byte after its segment. */
static bool read_tables(struct recoder *r, size_t *scan, size_t *data)
{
	struct bytes segment;
	size_t offset = 0;
	uint8_t marker;

	while (jpeg_marker_next(r->in, &offset, &marker)) {
		*scan = offset - 2;
		if (jpeg_marker_is_alone(marker))
			continue;
		if (!jpeg_marker_segment(r->in, &offset, &segment))
			break;
		*data = offset;
		if (marker == MARKER_SOS)
			return true;
		if (marker == MARKER_DHT && !read_table(r, segment))
			return false;
	}
	return refuse(r, "it has no scan");
}

static bool new_chunk(struct recoder *r)
{
	struct chunk *chunk = pool_try_alloc(r->work->pool, sizeof(*chunk));

	if (!chunk)
		return fail(r->work, ERR_TOO_LARGE,
			    "no memory for the symbols of a JPEG");
	chunk->next = NULL;
	chunk->count = 0;
	if (r->last)
		r->last->next = chunk;
	else
		r->first = chunk;
	r->last = chunk;
	return true;
}

static bool read_block(struct recoder *r, struct jpeg_bits *bits,
		       unsigned table)
{
	uint32_t *symbols;
	unsigned count;

	if (r->last->count + BLOCK_SYMBOLS > CHUNK && !new_chunk(r))
		return false;
	symbols = r->last->symbols + r->last->count;
	count = jpeg_block_symbols(symbols, bits, &r->old[table],
				   &r->old[table + 1]);
	for (unsigned i = 0; i < count; i++) {
		const unsigned of = table + (i > 0);

		r->frequencies[of][symbols[i] & 255]++;
		symbols[i] |= of << TABLE_SHIFT;
	}
	r->last->count += count;
	return count || refuse(r, "a block is damaged");
}

static bool read_scan(struct recoder *r, size_t offset)
{
	struct jpeg_bits bits;

	if (!new_chunk(r))
		return false;
	jpeg_bits_init(&bits, r->in.data + offset, r->in.data + r->in.len);
	for (uint32_t i = 0; i < r->mcus->count; i++)
		for (unsigned block = 0; block < r->mcus->blocks; block++)
			if (!read_block(r, &bits,
					r->mcus->component[block] ? 2 : 0))
				return false;
	return jpeg_bits_end(&bits, MARKER_EOI) ||
	       refuse(r, "its data have another length");
}

/* Returns the most bytes of the new scan: a 0 may follow each byte. */
static size_t scan_room(const struct recoder *r)
{
	uint64_t bits = 0;

	for (unsigned table = 0; table < TABLES; table++)
		for (unsigned i = 0; i < 256; i++)
			bits += (uint64_t)r->frequencies[table][i] *
				(r->new[table].lengths[i] + (i & 15));
	return (bits / 8 + sizeof(r->held)) * 2;
}

static void copy(struct recoder *r, size_t from, size_t to)
{
	memcpy(r->at, r->in.data + from, to - from);
	r->at += to - from;
}

static void write_table(struct recoder *r, unsigned table)
{
	const struct jpeg_code *code = &r->new[table];

	if (!code->count)
		return;
	*r->at++ = 0xff;
	*r->at++ = MARKER_DHT;
	*r->at++ = (uint8_t)((TABLE_HEADER + code->count) >> 8);
	*r->at++ = (uint8_t)(TABLE_HEADER + code->count);
	*r->at++ = (uint8_t)((table & 1) << 4 | table >> 1);
	memcpy(r->at, code->bits + 1, 16);
	memcpy(r->at + 16, code->symbols, code->count);
	r->at += 16 + code->count;
}

/* Writes all segments except the old tables; the new tables come before the
   scan. */
static void write_segments(struct recoder *r, size_t scan, size_t data)
{
	struct bytes segment;
	size_t offset = 0, from;
	uint8_t marker;

	while (jpeg_marker_next(r->in, &offset, &marker) &&
	       (from = offset - 2) < scan) {
		if (!jpeg_marker_is_alone(marker) &&
		    !jpeg_marker_segment(r->in, &offset, &segment))
			break;
		if (marker != MARKER_DHT)
			copy(r, from, offset);
	}
	for (unsigned table = 0; table < TABLES; table++)
		write_table(r, table);
	copy(r, scan, data);
}

static void write_byte(struct recoder *r, uint8_t byte)
{
	*r->at++ = byte;
	if (byte == 0xff)
		*r->at++ = 0; /* B.1.1.5 */
}

static bool has_255(uint32_t bytes)
{
	const uint32_t ones = 0x01010101;

	return (~bytes - ones) & bytes & (ones << 7);
}

/* `count` is at most 31. */
static inline void write_bits(struct recoder *r, uint32_t bits, unsigned count)
{
	uint32_t word;

	r->held = r->held << count | bits;
	r->count += count;
	if (r->count < 32)
		return;
	r->count -= 32;
	word = (uint32_t)(r->held >> r->count);
	if (has_255(word)) {
		for (unsigned shift = 32; shift; shift -= 8)
			write_byte(r, (uint8_t)(word >> (shift - 8)));
		return;
	}
	word = htobe32(word);
	memcpy(r->at, &word, sizeof(word));
	r->at += sizeof(word);
}

/* F.1.2.3: fills the last byte with ones. */
static void write_end(struct recoder *r)
{
	const unsigned fill = -r->count & 7;

	write_bits(r, (1u << fill) - 1, fill);
	for (; r->count; r->count -= 8)
		write_byte(r, (uint8_t)(r->held >> (r->count - 8)));
	*r->at++ = 0xff;
	*r->at++ = MARKER_EOI;
}

static void write_scan(struct recoder *r)
{
	for (const struct chunk *chunk = r->first; chunk; chunk = chunk->next)
		for (uint32_t i = 0; i < chunk->count; i++) {
			const uint32_t entry = chunk->symbols[i];
			const uint8_t symbol = (uint8_t)entry;
			const unsigned size = symbol & 15;
			const struct jpeg_code *code =
				&r->new[entry >> TABLE_SHIFT];
			const uint32_t value = entry >> 8 & 0xffff;

			write_bits(r,
				   (uint32_t)code->codes[symbol] << size |
					   value,
				   code->lengths[symbol] + size);
		}
	write_end(r);
}

bool jpeg_recode(const uint8_t **bytes, size_t *len, struct work *work,
		 const uint8_t *in, size_t in_len, const struct jpeg_mcus *mcus)
{
	struct recoder *r = pool_try_alloc(work->pool, sizeof(*r));
	size_t scan = 0, data = 0;

	if (!r)
		return fail(work, ERR_TOO_LARGE, "no memory for a JPEG");
	memset(r, 0, sizeof(*r));
	r->work = work;
	r->in = (struct bytes){ in, in_len };
	r->mcus = mcus;
	if (!read_tables(r, &scan, &data) || !read_scan(r, data))
		return false;
	for (unsigned table = 0; table < TABLES; table++)
		jpeg_code_init(&r->new[table], r->frequencies[table]);
	r->out = r->at = pool_try_alloc(work->pool, data + TABLES * TABLE_ROOM +
							    scan_room(r));
	if (!r->out)
		return fail(work, ERR_TOO_LARGE, "no memory for a JPEG");
	write_segments(r, scan, data);
	write_scan(r);
	*bytes = r->out;
	*len = (size_t)(r->at - r->out);
	return true;
}
