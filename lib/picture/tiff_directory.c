/* tiff_directory.c: removes from a TIFF's directories what decoding does not
   need. */
#include "config.h"

#include "lib/picture/tiff_directory.h"

#include <string.h>

#include "lib/base/pool.h"
#include "lib/picture/tiff.h"

enum { FLOAT = 3, MAX_SAMPLE_FORMAT = 6, TYPE_SHORT = 3 };

/* The tags that are kept. If `max` is not 0, a tag whose first value is outside
   `min` to `max` is removed too, because it has a default. */
/* clang-format off */
static const struct {
	uint16_t tag;
	uint16_t min, max;
} kept[] = {
	{ TIFF_WIDTH,             0, 0 },
	{ TIFF_HEIGHT,            0, 0 },
	{ TIFF_BITS,              0, 0 },
	{ TIFF_COMPRESSION,       0, 0 },
	{ TIFF_PHOTOMETRIC,       0, 0 },
	{ TIFF_FILL_ORDER,        1, 2 },
	{ TIFF_STRIP_OFFSETS,     0, 0 },
	{ TIFF_SAMPLES,           0, 0 },
	{ TIFF_ROWS_PER_STRIP,    0, 0 },
	{ TIFF_STRIP_BYTES,       0, 0 },
	{ TIFF_PLANES,            1, 2 },
	{ TIFF_FAX3,              0, 0 },
	{ TIFF_FAX4,              0, 0 },
	{ TIFF_PREDICTOR,         0, 0 },
	{ TIFF_PALETTE,           0, 0 },
	{ TIFF_TILE_WIDTH,        0, 0 },
	{ TIFF_TILE_HEIGHT,       0, 0 },
	{ TIFF_TILE_OFFSETS,      0, 0 },
	{ TIFF_TILE_BYTES,        0, 0 },
	{ TIFF_INKS,              1, 2 },
	{ TIFF_EXTRA_SAMPLES,     1, 2 },
	{ TIFF_SAMPLE_FORMAT,     1, MAX_SAMPLE_FORMAT },
	{ TIFF_FLOAT_MIN,         0, 0 },
	{ TIFF_FLOAT_MAX,         0, 0 },
	{ TIFF_JPEG_TABLES,       0, 0 },
	{ TIFF_YCBCR_FACTORS,     0, 0 },
	{ TIFF_YCBCR_SUBSAMPLING, 1, 4 },
	{ TIFF_YCBCR_POSITION,    1, 2 },
	{ TIFF_REFERENCE_BLACK,   0, 0 },
	{ TIFF_ICC_PROFILE,       0, 0 },
	{ TIFF_LERC,              0, 0 },
};
/* clang-format on */

struct page {
	struct tiff tiff;
	uint8_t *bytes; /* the same bytes, writable */
	uint64_t at;
	bool alpha;
};

static uint64_t find(const struct page *page, enum tiff_tag tag,
		     uint64_t absent)
{
	return tiff_find(&page->tiff, page->at, tag, absent);
}

static void put(const struct page *page, uint64_t offset, uint64_t value,
		unsigned size)
{
	for (unsigned i = 0; i < size; i++)
		page->bytes[offset + i] =
			(uint8_t)(value >>
				  8 * (page->tiff.little ? i : size - 1 - i));
}

static bool is_in_range(const struct page *page, uint64_t entry, uint16_t min,
			uint16_t max)
{
	uint64_t value;

	return !max || (tiff_value(&page->tiff, entry, &value) &&
			value >= min && value <= max);
}

static bool has_alpha(const struct page *page)
{
	return tiff_has_alpha(find(page, TIFF_PHOTOMETRIC, TIFF_BLACK_IS_0),
			      find(page, TIFF_SAMPLES, 1),
			      find(page, TIFF_EXTRA_SAMPLES, 0));
}

static bool is_kept(const struct page *page, uint64_t entry)
{
	const unsigned tag = tiff_tag(&page->tiff, entry);

	if (tag >= TIFF_JPEG_FIRST && tag <= TIFF_JPEG_LAST)
		return true;
	if (tag == TIFF_EXTRA_SAMPLES && !page->alpha)
		return false;
	if (tag == TIFF_ICC_PROFILE && !tiff_holds_values(&page->tiff, entry))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(kept); i++)
		if (kept[i].tag == tag)
			return is_in_range(page, entry, kept[i].min,
					   kept[i].max);
	return false;
}

/* Moves the kept entries to the start, and ends the directory after them. */
static void keep_entries(const struct page *page)
{
	const unsigned size = tiff_entry_size(&page->tiff);
	const uint64_t first = tiff_first_entry(&page->tiff, page->at);
	const uint64_t count = tiff_count_entries(&page->tiff, page->at);
	const unsigned offset_size = page->tiff.big ? 8 : 4;
	uint64_t entry = first, end = first;

	for (uint64_t i = 0; i < count; i++, entry += size) {
		if (!is_kept(page, entry))
			continue;
		memmove(page->bytes + end, page->bytes + entry, size);
		end += size;
	}
	put(page, page->at, (end - first) / size, (unsigned)(first - page->at));
	/* If the file ends with the last entry, there is no offset of a next
	   page. */
	if (bytes_hold(page->tiff.bytes, end, offset_size))
		put(page, end, 0, offset_size);
}

/* ICC L*a*b* differs from CIE L*a*b* only in the sign of a* and b*, and no
   decoder here supports it. */
static void rename_icc_lab(const struct page *page)
{
	const uint64_t entry =
		tiff_find_entry(&page->tiff, page->at, TIFF_PHOTOMETRIC);

	put(page, entry + 2, TYPE_SHORT, 2);
	put(page, entry + (page->tiff.big ? 12 : 8), TIFF_CIE_LAB, 2);
}

struct tiff_pixels tiff_directory_reduce(uint8_t *bytes, size_t len)
{
	struct page page = { .bytes = bytes };
	struct work work = { .pool = pool_new() };
	struct tiff_pixels pixels = { 0 };
	uint32_t pages;

	if (tiff_open(&page.tiff, &work, (struct bytes){ bytes, len }))
		page.at = tiff_main_page(&page.tiff, &pages);
	pool_free(work.pool);
	if (!page.at)
		return pixels;
	page.alpha = has_alpha(&page);
	pixels.is_float = find(&page, TIFF_SAMPLE_FORMAT, 1) == FLOAT &&
			  !tiff_find_entry(&page.tiff, page.at, TIFF_FLOAT_MAX);
	pixels.is_icc_lab =
		find(&page, TIFF_PHOTOMETRIC, TIFF_BLACK_IS_0) == TIFF_ICC_LAB;
	put(&page, page.tiff.big ? 8 : 4, page.at, page.tiff.big ? 8 : 4);
	if (pixels.is_icc_lab)
		rename_icc_lab(&page);
	keep_entries(&page);
	return pixels;
}
