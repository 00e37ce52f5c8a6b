/* probe_tiff.c: the first picture of a TIFF or BigTIFF, and its pages. */
#include "config.h"

#include "lib/picture/probe_formats.h"

/* TIFF 6.0, sections 2 and 8 */
enum {
	TAG_WIDTH = 256,
	TAG_HEIGHT = 257,
	TAG_BITS = 258,
	TAG_COMPRESSION = 259,
	TAG_STRIP_OFFSETS = 273,
	TAG_ORIENTATION = 274,
	TAG_SAMPLES = 277,
	TAG_TILE_OFFSETS = 324,
	TAG_EXTRA_SAMPLES = 338,
	TAG_JPEG_OFFSET = 513 /* of JPEG compression as in TIFF 6.0 */
};

/* libtiff takes no more entries either. */
enum { MAX_ENTRIES = 4096, MAX_SAMPLES = 16, MAX_BITS = 64 };

/* What libtiff 4.5 has a decoder for. */
static const uint16_t compressions[] = {
	1,     /* none */
	2,     /* CCITT modified Huffman */
	3,     /* CCITT group 3 */
	4,     /* CCITT group 4 */
	5,     /* LZW */
	6,     /* JPEG as in TIFF 6.0 */
	7,     /* JPEG */
	8,     /* Deflate */
	32766, /* NeXT */
	32771, /* CCITT modified Huffman, word aligned */
	32773, /* PackBits */
	32809, /* ThunderScan */
	32909, /* PixarLog */
	32946, /* Deflate, before it had a number */
	34676, /* SGI LogL */
	34677, /* SGI LogLuv */
	34887, /* LERC */
	34925, /* LZMA */
	50000, /* Zstandard */
	50001, /* WebP */
};

/* The bytes of a value of each type; 0 where it is no whole number. */
static const uint8_t type_sizes[] = {
	[1] = 1,  /* BYTE */
	[3] = 2,  /* SHORT */
	[4] = 4,  /* LONG */
	[13] = 4, /* IFD */
	[16] = 8, /* LONG8 */
	[18] = 8, /* IFD8 */
};

struct tiff {
	struct bytes bytes;
	bool little, big;
	uint64_t first_page;

	/* IFD0's entries; the first of a kind counts, as for libtiff */
	bool has_width, has_height, has_pixels;
	uint64_t width, height, pixels_at;
	uint64_t bits, compression, samples, orientation;
	bool alpha;
};

static uint64_t number(const struct tiff *tiff, uint64_t offset, unsigned size)
{
	const uint8_t *at = tiff->bytes.data + offset;
	uint64_t value = 0;

	for (unsigned i = 0; i < size; i++)
		value = value << 8 | at[tiff->little ? size - 1 - i : i];
	return value;
}

/* BigTIFF has longer counts and offsets, in the same order. */
static unsigned offset_size(const struct tiff *tiff)
{
	return tiff->big ? 8 : 4;
}

static unsigned count_size(const struct tiff *tiff)
{
	return tiff->big ? 8 : 2;
}

static unsigned entry_size(const struct tiff *tiff)
{
	return 4 + 2 * offset_size(tiff);
}

/* The first value of the entry at an offset. False when it has none, or lies
   outside the file. */
static bool read_value(const struct tiff *tiff, uint64_t entry, uint64_t *value)
{
	unsigned inside = offset_size(tiff);
	uint64_t type = number(tiff, entry + 2, 2);
	uint64_t count = number(tiff, entry + 4, inside);
	uint64_t at = entry + 4 + inside;
	unsigned size = type < ARRAY_LEN(type_sizes) ? type_sizes[type] : 0;

	if (!size || !count)
		return false;
	if (count > inside / size)
		at = number(tiff, at, inside);
	if (!bytes_hold(tiff->bytes, at, size))
		return false;
	*value = number(tiff, at, size);
	return true;
}

static void set_first(bool *has, uint64_t *field, uint64_t value)
{
	if (!*has)
		*field = value;
	*has = true;
}

static void read_entry(struct tiff *tiff, uint64_t entry)
{
	uint64_t value;

	if (!read_value(tiff, entry, &value))
		return;
	switch (number(tiff, entry, 2)) {
	case TAG_WIDTH:
		set_first(&tiff->has_width, &tiff->width, value);
		break;
	case TAG_HEIGHT:
		set_first(&tiff->has_height, &tiff->height, value);
		break;
	case TAG_STRIP_OFFSETS:
	case TAG_TILE_OFFSETS:
	case TAG_JPEG_OFFSET:
		set_first(&tiff->has_pixels, &tiff->pixels_at, value);
		break;
	case TAG_BITS:
		tiff->bits = value;
		break;
	case TAG_COMPRESSION:
		tiff->compression = value;
		break;
	case TAG_SAMPLES:
		tiff->samples = value;
		break;
	case TAG_ORIENTATION:
		tiff->orientation = value;
		break;
	case TAG_EXTRA_SAMPLES:
		tiff->alpha = true;
		break;
	}
}

/* How many entries the directory has; 0 when it does not fit the file. */
static uint64_t count_entries(const struct tiff *tiff, uint64_t page)
{
	uint64_t count;

	if (page < 8 || !bytes_hold(tiff->bytes, page, count_size(tiff)))
		return 0;
	count = number(tiff, page, count_size(tiff));
	if (count > MAX_ENTRIES ||
	    !bytes_hold(tiff->bytes, page + count_size(tiff),
			count * entry_size(tiff)))
		return 0;
	return count;
}

static uint64_t next_page(const struct tiff *tiff, uint64_t page)
{
	uint64_t count = count_entries(tiff, page);
	uint64_t at = page + count_size(tiff) + count * entry_size(tiff);

	if (!count || !bytes_hold(tiff->bytes, at, offset_size(tiff)))
		return 0;
	at = number(tiff, at, offset_size(tiff));
	return count_entries(tiff, at) ? at : 0;
}

/* Brent's way to notice a loop without remembering the pages: `mark` waits
   twice as long for each next place. A loop ends the count. */
static uint32_t count_pages(const struct tiff *tiff)
{
	uint64_t mark = tiff->first_page;
	uint64_t page = next_page(tiff, mark);
	uint32_t pages = 1, moves_at = 2;

	while (page && page != mark && pages < PROBE_MAX_FRAMES) {
		if (++pages == moves_at) {
			moves_at *= 2;
			mark = page;
		}
		page = next_page(tiff, page);
	}
	return pages;
}

static bool read_directory(struct tiff *tiff, struct work *work)
{
	uint64_t count = count_entries(tiff, tiff->first_page);
	uint64_t entry = tiff->first_page + count_size(tiff);

	for (uint64_t i = 0; i < count; i++, entry += entry_size(tiff))
		read_entry(tiff, entry);
	if (!tiff->has_width || !tiff->has_height || !tiff->has_pixels)
		return fail(work, ERR_CORRUPT_IMAGE,
			    "a TIFF whose directory at byte %llu of %zu has no "
			    "%s",
			    (unsigned long long)tiff->first_page,
			    tiff->bytes.len,
			    tiff->has_width && tiff->has_height ? "pixels"
								: "size");
	return true;
}

static bool is_known_compression(uint64_t compression)
{
	for (size_t i = 0; i < ARRAY_LEN(compressions); i++)
		if (compressions[i] == compression)
			return true;
	return false;
}

static bool check_directory(const struct tiff *tiff, struct work *work)
{
	if (tiff->width < 1 || tiff->width > UINT32_MAX || tiff->height < 1 ||
	    tiff->height > UINT32_MAX)
		return fail(work, ERR_CORRUPT_IMAGE, "a TIFF of %llux%llu",
			    (unsigned long long)tiff->width,
			    (unsigned long long)tiff->height);
	if (tiff->pixels_at >= tiff->bytes.len)
		return fail(work, ERR_CORRUPT_IMAGE,
			    "a TIFF of %zu bytes with pixels at byte %llu",
			    tiff->bytes.len,
			    (unsigned long long)tiff->pixels_at);
	if (tiff->bits < 1 || tiff->bits > MAX_BITS || tiff->samples < 1 ||
	    tiff->samples > MAX_SAMPLES)
		return fail(work, ERR_UNSUPPORTED_FORMAT,
			    "expected a TIFF of 1 to %d samples of 1 to %d "
			    "bits, found %llu of %llu",
			    MAX_SAMPLES, MAX_BITS,
			    (unsigned long long)tiff->samples,
			    (unsigned long long)tiff->bits);
	if (!is_known_compression(tiff->compression))
		return fail(work, ERR_UNSUPPORTED_FORMAT,
			    "a TIFF of compression %llu, which is not known",
			    (unsigned long long)tiff->compression);
	return true;
}

static bool read_header(struct tiff *tiff, struct work *work)
{
	size_t size = 8;

	if (tiff->bytes.len >= size) {
		tiff->little = tiff->bytes.data[0] == 'I';
		tiff->big = number(tiff, 2, 2) == 43;
		size = tiff->big ? 16 : 8;
	}
	if (tiff->bytes.len < size)
		return fail(work, ERR_CORRUPT_IMAGE, "a TIFF of %zu bytes",
			    tiff->bytes.len);
	if (tiff->big && (number(tiff, 4, 2) != 8 || number(tiff, 6, 2)))
		return fail(work, ERR_CORRUPT_IMAGE,
			    "a BigTIFF whose header is damaged");
	tiff->first_page =
		number(tiff, size - offset_size(tiff), offset_size(tiff));
	return true;
}

bool probe_tiff(struct probe *probe, struct work *work, struct bytes bytes)
{
	struct tiff tiff = { .bytes = bytes,
			     .bits = 1,
			     .samples = 1,
			     .compression = 1,
			     .orientation = 1 };

	if (!read_header(&tiff, work) || !read_directory(&tiff, work) ||
	    !check_directory(&tiff, work))
		return false;
	probe->width = (uint32_t)tiff.width;
	probe->height = (uint32_t)tiff.height;
	probe->alpha = tiff.alpha;
	if (tiff.orientation >= 1 && tiff.orientation <= 8)
		probe->orientation = (unsigned)tiff.orientation;
	probe->frames = count_pages(&tiff);
	return true;
}
