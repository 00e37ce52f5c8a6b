/* probe_bmp.c: the size of a BMP, Windows' or OS/2's. */
#include "config.h"

#include "lib/picture/probe_formats.h"

enum {
	FILE_HEADER_SIZE = 14,
	CORE_SIZE = 12, /* OS/2 1.x: 16-bit sizes */
	INFO_SIZE = 40,
	OS2_SIZE = 64,
	V3_SIZE = 56, /* with the mask of transparency */
	V5_SIZE = 124
};

enum compression {
	RAW,
	RLE8,
	RLE4,
	BIT_FIELDS,
	JPEG,
	PNG,
	ALPHA_BIT_FIELDS,
	COMPRESSION__COUNT
};

/* The bits a pixel of each compression, as a set of bits. What is absent no
   decoder here takes: JPEG and PNG inside, and OS/2's Huffman and RLE24. */
static const uint64_t depths[COMPRESSION__COUNT] = {
	[RAW] = 1 << 1 | 1 << 4 | 1 << 8 | 1 << 16 | 1 << 24 | 1ull << 32,
	[RLE8] = 1 << 8,
	[RLE4] = 1 << 4,
	[BIT_FIELDS] = 1 << 16 | 1ull << 32,
	[ALPHA_BIT_FIELDS] = 1 << 16 | 1ull << 32,
};

struct bmp {
	uint32_t header_size, pixels_at;
	int64_t width, height; /* negative: the rows go down */
	unsigned planes, bits;
	uint32_t compression;
	bool alpha;
};

static bool has_set(uint64_t set, unsigned bit)
{
	return bit < 64 && (set >> bit & 1);
}

static void read_core(struct bmp *bmp, const uint8_t *at)
{
	bmp->width = le16(at + 4);
	bmp->height = le16(at + 6);
	bmp->planes = le16(at + 8);
	bmp->bits = le16(at + 10);
}

static void read_info(struct bmp *bmp, struct bytes bytes)
{
	const uint8_t *at = bytes.data + FILE_HEADER_SIZE;

	bmp->width = (int32_t)le32(at + 4);
	bmp->height = (int32_t)le32(at + 8);
	bmp->planes = le16(at + 12);
	bmp->bits = le16(at + 14);
	bmp->compression = le32(at + 16);
	if (bmp->header_size >= V3_SIZE && bmp->header_size != OS2_SIZE &&
	    (bmp->compression == BIT_FIELDS || bmp->bits == 32))
		bmp->alpha = le32(at + 52);
	else
		bmp->alpha = bmp->compression == ALPHA_BIT_FIELDS;
}

static bool read_header(struct bmp *bmp, struct work *work, struct bytes bytes)
{
	uint64_t size;

	if (bytes.len < FILE_HEADER_SIZE + 4)
		return fail(work, ERR_CORRUPT_IMAGE, "a BMP of %zu bytes",
			    bytes.len);
	bmp->pixels_at = le32(bytes.data + 10);
	size = bmp->header_size = le32(bytes.data + FILE_HEADER_SIZE);
	if (size != CORE_SIZE && (size < INFO_SIZE || size > V5_SIZE))
		return fail(work, ERR_UNSUPPORTED_FORMAT,
			    "expected a BMP header of 12 or 40 to 124 bytes, "
			    "found one of %u",
			    bmp->header_size);
	if (!bytes_hold(bytes, FILE_HEADER_SIZE, size))
		return fail(work, ERR_CORRUPT_IMAGE,
			    "a BMP of %zu bytes with a header of %u", bytes.len,
			    bmp->header_size);
	if (size == CORE_SIZE)
		read_core(bmp, bytes.data + FILE_HEADER_SIZE);
	else
		read_info(bmp, bytes);
	return true;
}

static bool check_coding(const struct bmp *bmp, struct work *work)
{
	if (bmp->planes != 1 || !bmp->bits || bmp->bits > 64)
		return fail(work, ERR_CORRUPT_IMAGE,
			    "a BMP of %u planes with %u bits a pixel",
			    bmp->planes, bmp->bits);
	if (bmp->compression < COMPRESSION__COUNT &&
	    has_set(depths[bmp->compression], bmp->bits))
		return true;
	/* 2 and 64 bits exist, though no decoder here takes them */
	if (bmp->compression == RAW && bmp->bits != 2 && bmp->bits != 64)
		return fail(work, ERR_CORRUPT_IMAGE, "a BMP of %u bits a pixel",
			    bmp->bits);
	return fail(work, ERR_UNSUPPORTED_FORMAT,
		    "expected a BMP that is raw, RLE or of bit fields, found "
		    "compression %u of %u bits a pixel",
		    bmp->compression, bmp->bits);
}

/* A small file cannot hold a large raw picture; this saves the decoder the
   memory. The padding of the last row may be absent. */
static bool check_length(const struct bmp *bmp, const struct probe *probe,
			 struct work *work, size_t len)
{
	uint64_t row_bits = (uint64_t)probe->width * bmp->bits;
	uint64_t needed = (row_bits + 31) / 32 * 4 * (probe->height - 1) +
			  (row_bits + 7) / 8;

	if (bmp->compression == RLE8 || bmp->compression == RLE4)
		needed = 1;
	if (bmp->pixels_at > len || needed > len - bmp->pixels_at)
		return fail(work, ERR_CORRUPT_IMAGE,
			    "a BMP of %zu bytes that needs %llu from byte %u",
			    len, (unsigned long long)needed, bmp->pixels_at);
	return true;
}

bool probe_bmp(struct probe *probe, struct work *work, struct bytes bytes)
{
	struct bmp bmp = { 0 };

	if (!read_header(&bmp, work, bytes) || !check_coding(&bmp, work))
		return false;
	if (bmp.width < 1 || !bmp.height || bmp.height == INT32_MIN)
		return fail(work, ERR_CORRUPT_IMAGE, "a BMP of %lldx%lld",
			    (long long)bmp.width, (long long)bmp.height);
	probe->width = (uint32_t)bmp.width;
	probe->height = (uint32_t)(bmp.height < 0 ? -bmp.height : bmp.height);
	probe->alpha = bmp.alpha;
	return check_length(&bmp, probe, work, bytes.len);
}
