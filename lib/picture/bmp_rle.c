/* bmp_rle.c: decodes the run lengths of a BMP to palette indices. */
#include "config.h"

#include "lib/picture/bmp_rle.h"

#include <string.h>

#include "lib/base/pool.h"

enum { END_OF_ROW, END_OF_BITMAP, DELTA };

void bmp_rle_init(struct bmp_rle *rle, struct work *work,
		  const struct bmp_header *header, struct bytes bytes)
{
	*rle = (struct bmp_rle){ .header = header,
				 .bytes = bytes,
				 .at = header->pixels_at };
	rle->indices = pool_alloc(work->pool, header->width);
}

/* Returns the next bytes, or NULL at the end of the file. */
static const uint8_t *take(struct bmp_rle *rle, unsigned count)
{
	const uint8_t *taken = rle->bytes.data + rle->at;

	if (!bytes_hold(rle->bytes, rle->at, count)) {
		rle->cut = true;
		return NULL;
	}
	rle->at += count;
	return taken;
}

/* Drops pixels after the end of the row. */
static void put(struct bmp_rle *rle, unsigned index)
{
	if (rle->x < rle->header->width)
		rle->indices[rle->x++] = (uint8_t)index;
}

/* With 4 bits a pixel, a byte contains two pixels. */
static unsigned index_in(const struct bmp_rle *rle, const uint8_t *data,
			 unsigned number)
{
	if (rle->header->compression == BMP_RLE8)
		return data[number];
	return number % 2 ? data[number / 2] & 15 : data[number / 2] >> 4;
}

static void put_run(struct bmp_rle *rle, unsigned count, const uint8_t *data)
{
	const unsigned period = rle->header->compression == BMP_RLE8 ? 1 : 2;

	for (unsigned i = 0; i < count; i++)
		put(rle, index_in(rle, data, i % period));
}

/* Returns the size of uncompressed pixels, padded to 16 bits. */
static unsigned literal_size(const struct bmp_rle *rle, unsigned count)
{
	return (count * rle->header->bits + 15) / 16 * 2;
}

static void put_literal(struct bmp_rle *rle, unsigned count)
{
	const uint8_t *data = take(rle, literal_size(rle, count));

	for (unsigned i = 0; data && i < count; i++)
		put(rle, index_in(rle, data, i));
}

static void skip(struct bmp_rle *rle)
{
	const uint8_t *by = take(rle, 2);

	if (!by)
		return;
	rle->x += by[0];
	if (rle->x > rle->header->width)
		rle->x = rle->header->width;
	rle->rows_to_end = by[1];
}

static void read_code(struct bmp_rle *rle)
{
	const uint8_t *code = take(rle, 2);

	if (!code)
		return;
	if (code[0]) {
		put_run(rle, code[0], code + 1);
		return;
	}
	switch (code[1]) {
	case END_OF_ROW:
		rle->x = 0;
		rle->rows_to_end = 1;
		break;
	case END_OF_BITMAP:
		rle->ended = true;
		break;
	case DELTA:
		skip(rle);
		break;
	default:
		put_literal(rle, code[1]);
	}
}

/* Some writers omit the end codes of the last row. */
static bool is_complete(const struct bmp_rle *rle)
{
	return rle->row + 1 == rle->header->height &&
	       rle->x == rle->header->width;
}

bool bmp_rle_read_row(struct bmp_rle *rle, struct work *work)
{
	memset(rle->indices, 0, rle->header->width);
	while (!rle->rows_to_end && !rle->ended && !rle->cut)
		read_code(rle);
	if (rle->cut && !is_complete(rle))
		return fail(work, ERR_CORRUPT_IMAGE,
			    "expected RLE data of %u rows, found their end in "
			    "row %u",
			    rle->header->height, rle->row + 1);
	if (rle->rows_to_end)
		rle->rows_to_end--;
	rle->row++;
	return true;
}

/* Returns how many rows a code skips. */
static unsigned skip_code(struct bmp_rle *rle)
{
	const uint8_t *code = take(rle, 2);
	const uint8_t *by;

	if (!code || code[0])
		return 0;
	switch (code[1]) {
	case END_OF_ROW:
		return 1;
	case END_OF_BITMAP:
		rle->ended = true;
		return 0;
	case DELTA:
		by = take(rle, 2);
		return by ? by[1] : 0;
	default:
		(void)!take(rle, literal_size(rle, code[1]));
		return 0;
	}
}

uint64_t bmp_rle_end(const struct bmp_header *header, struct bytes bytes,
		     uint64_t most)
{
	struct bmp_rle rle = { .header = header,
			       .bytes = bytes,
			       .at = header->pixels_at };
	uint64_t rows = 0;

	while (rows < header->height && !rle.ended && !rle.cut &&
	       rle.at - header->pixels_at < most)
		rows += skip_code(&rle);
	return rle.cut ? bytes.len : rle.at;
}
