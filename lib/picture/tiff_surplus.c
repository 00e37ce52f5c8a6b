/* tiff_surplus.c: counts the bytes of a TIFF that are not part of it. */
#include "config.h"

#include "lib/picture/tiff_surplus.h"

#include "lib/base/pool.h"
#include "lib/picture/extents.h"
#include "lib/picture/surplus.h"

enum {
	/* Most entries and values to read: more than real files have, but few
	   enough for a malicious file whose pages share entries. */
	MOST_LOOKS = 1 << 20,
	LOOK_BYTES = 2, /* size of the shortest value */
	MOST_DEPTH = 3,
	UNCOMPRESSED = 1,
	MOST_BITS = 64,
	MOST_SAMPLES = 16,
	MOST_TILE = 4096,
};

struct survey {
	const struct tiff *tiff;
	struct extents pixels, metadata;
	uint64_t unneeded; /* bytes of the pixels that are not needed */
	uint32_t looks;    /* remaining */
};

/* The tags of a directory that describe its pixels. */
struct fields {
	uint64_t width, height, bits, samples, compression;
	uint64_t tile_width, tile_height;
	uint64_t jpeg_at, jpeg_len;
	uint64_t offsets, lens; /* entries, or 0 */
};

static uint64_t *place_of(struct fields *fields, unsigned tag)
{
	switch (tag) {
	case TIFF_WIDTH:
		return &fields->width;
	case TIFF_HEIGHT:
		return &fields->height;
	case TIFF_BITS:
		return &fields->bits;
	case TIFF_COMPRESSION:
		return &fields->compression;
	case TIFF_SAMPLES:
		return &fields->samples;
	case TIFF_TILE_WIDTH:
		return &fields->tile_width;
	case TIFF_TILE_HEIGHT:
		return &fields->tile_height;
	case TIFF_JPEG_OFFSET:
		return &fields->jpeg_at;
	case TIFF_JPEG_BYTES:
		return &fields->jpeg_len;
	default:
		return NULL;
	}
}

static void read_field(struct fields *fields, const struct tiff *tiff,
		       uint64_t entry)
{
	const unsigned tag = tiff_tag(tiff, entry);
	uint64_t *place = place_of(fields, tag);
	uint64_t value;

	if (tag == TIFF_STRIP_OFFSETS || tag == TIFF_TILE_OFFSETS)
		fields->offsets = entry;
	else if (tag == TIFF_STRIP_BYTES || tag == TIFF_TILE_BYTES)
		fields->lens = entry;
	else if (place && tiff_value(tiff, entry, &value))
		*place = value;
}

static uint64_t at_most(uint64_t value, uint64_t most)
{
	return value < most ? value : most;
}

/* Returns a side as stored, in whole tiles. */
static uint64_t stored_side(uint64_t side, uint64_t tile)
{
	return at_most(side, INT32_MAX) + at_most(tile, MOST_TILE);
}

static uint64_t pixels_of(const struct fields *fields)
{
	return stored_side(fields->width, fields->tile_width) *
	       stored_side(fields->height, fields->tile_height);
}

static uint64_t bits_of(const struct fields *fields)
{
	return at_most(fields->bits, MOST_BITS) *
	       at_most(fields->samples, MOST_SAMPLES);
}

/* No compression makes a pixel more than twice as large, or a pixel of one bit
   more than a byte. */
static unsigned bytes_of_pixel(const struct fields *fields)
{
	return (unsigned)(bits_of(fields) / 8 * 2 + 4);
}

/* Returns the length of a strip or tile, if the directory does not give it. */
static uint64_t strip_size(const struct fields *fields, uint64_t count)
{
	const double bytes =
		(double)pixels_of(fields) * (double)bits_of(fields) / 8;

	return bytes < (double)UINT32_MAX
		       ? ((uint64_t)bytes + count - 1) / count
		       : UINT32_MAX;
}

/* Some writers omit the lengths, or write wrong ones although the size of the
   pixels gives them. */
static uint64_t strip_len(const struct survey *survey,
			  const struct fields *fields, uint64_t index,
			  uint64_t size)
{
	uint64_t len;

	if (!fields->lens ||
	    !tiff_value_at(survey->tiff, fields->lens, index, &len) || !len)
		return size;
	return len < size && fields->compression == UNCOMPRESSED ? size : len;
}

static uint64_t add_strips(struct survey *survey, const struct fields *fields)
{
	const uint64_t count = tiff_count_values(survey->tiff, fields->offsets);
	const uint64_t size = strip_size(fields, count ? count : 1);
	uint64_t at, sum = 0;

	for (uint64_t i = 0; i < count && survey->looks; i++, survey->looks--) {
		const uint64_t len = strip_len(survey, fields, i, size);

		if (!tiff_value_at(survey->tiff, fields->offsets, i, &at))
			break;
		extents_add(&survey->pixels, at, len);
		if (at < survey->tiff->bytes.len)
			sum += at_most(len, survey->tiff->bytes.len - at);
	}
	return sum;
}

/* The strips of a JPEG as in TIFF 6.0 may lie inside it. */
static uint64_t add_jpeg(struct survey *survey, const struct fields *fields)
{
	const uint64_t len = fields->jpeg_len ? at_most(fields->jpeg_len,
							survey->tiff->bytes.len)
					      : strip_size(fields, 1);

	/* Previews have no size in their directory. */
	if (!pixels_of(fields)) {
		extents_add(&survey->metadata, fields->jpeg_at, len);
		return 0;
	}
	extents_add(&survey->pixels, fields->jpeg_at, len);
	return fields->jpeg_len ? len : 0;
}

static void add_pixels(struct survey *survey, const struct fields *fields)
{
	uint64_t strips = 0, jpeg = 0;

	if (fields->offsets)
		strips = add_strips(survey, fields);
	if (fields->jpeg_at)
		jpeg = add_jpeg(survey, fields);
	survey->unneeded +=
		surplus_of_pixels(jpeg > strips ? jpeg : strips,
				  pixels_of(fields), bytes_of_pixel(fields));
}

static bool is_directory(unsigned tag)
{
	return tag == TIFF_SUB_PAGES || tag == TIFF_EXIF || tag == TIFF_GPS ||
	       tag == TIFF_INTEROPERABILITY;
}

static void add_directory(struct survey *survey, uint64_t page, unsigned depth);

static void add_directories(struct survey *survey, uint64_t entry,
			    unsigned depth)
{
	uint64_t page;

	for (uint64_t i = 0;
	     survey->looks && tiff_value_at(survey->tiff, entry, i, &page);
	     i++, survey->looks--)
		add_directory(survey, page, depth);
}

static void add_entry(struct survey *survey, uint64_t entry, unsigned depth)
{
	uint64_t at, len;

	if (tiff_find_values(survey->tiff, entry, &at, &len))
		extents_add(&survey->metadata, at, len);
	if (depth < MOST_DEPTH && is_directory(tiff_tag(survey->tiff, entry)))
		add_directories(survey, entry, depth + 1);
}

static void add_directory(struct survey *survey, uint64_t page, unsigned depth)
{
	const struct tiff *tiff = survey->tiff;
	const unsigned size = tiff_entry_size(tiff);
	const uint64_t count = tiff_count_entries(tiff, page);
	uint64_t entry = tiff_first_entry(tiff, page);
	struct fields fields = { .bits = 1, .samples = 1, .compression = 1 };

	if (!count)
		return;
	/* Includes the offset of the next page. */
	extents_add(&survey->metadata, page,
		    entry - page + count * size + (size - 4) / 2);
	for (uint64_t i = 0; i < count && survey->looks; i++, entry += size) {
		survey->looks--;
		read_field(&fields, tiff, entry);
		add_entry(survey, entry, depth);
	}
	add_pixels(survey, &fields);
}

static uint64_t count_others(struct survey *survey)
{
	const uint64_t len = survey->tiff->bytes.len;
	const uint64_t metadata = extents_sum(&survey->metadata);
	const uint64_t used = extents_sum(&survey->pixels) + metadata;

	return surplus_if_much((used < len ? len - used : 0) +
				       at_most(survey->unneeded, len) +
				       surplus_of_metadata(metadata, len),
			       len);
}

uint64_t tiff_surplus(const struct tiff *tiff)
{
	const uint64_t len = tiff->bytes.len;
	struct survey survey = {
		.tiff = tiff,
		.looks = (uint32_t)at_most(len / LOOK_BYTES, MOST_LOOKS),
	};
	struct pool *pool;
	uint64_t page, others;

	if (len <= surplus_most(0))
		return 0;
	pool = pool_new();
	extents_init(&survey.pixels, pool, len);
	extents_init(&survey.metadata, pool, len);
	extents_add(&survey.metadata, 0, tiff->big ? 16 : 8);
	for (page = tiff_first_page(tiff); page && survey.looks;
	     page = tiff_next_page(tiff, page))
		add_directory(&survey, page, 0);
	others = count_others(&survey);
	pool_free(pool);
	return others;
}
