/* tiff.c: parses the pages and entries of a TIFF. */
#include "config.h"

#include "lib/picture/tiff.h"

#include "lib/picture/probe.h"

/* libtiff also accepts at most this many entries. A file has few reduced
   copies. */
enum { MAX_ENTRIES = 4096, MAX_COPIES = 16 };

/* The size in bytes of one value of each type (TIFF 6.0 section 2, BigTIFF). */
static const uint8_t type_sizes[] = { 0, 1, 1, 2, 4, 8, 1, 1, 2, 4,
				      8, 4, 8, 4, 0, 0, 8, 8, 8 };

/* The unsigned integer types: BYTE, SHORT, LONG, IFD, LONG8 and IFD8, as a bit
   set. */
static const uint32_t whole_types =
	1u << 1 | 1u << 3 | 1u << 4 | 1u << 13 | 1u << 16 | 1u << 18;

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

unsigned tiff_entry_size(const struct tiff *tiff)
{
	return 4 + 2 * offset_size(tiff);
}

uint64_t tiff_first_entry(const struct tiff *tiff, uint64_t page)
{
	return page + count_size(tiff);
}

unsigned tiff_tag(const struct tiff *tiff, uint64_t entry)
{
	return (unsigned)number(tiff, entry, 2);
}

uint64_t tiff_count_values(const struct tiff *tiff, uint64_t entry)
{
	return number(tiff, entry + 4, offset_size(tiff));
}

/* Returns the size of a value of the entry; 0 if its type is unknown. */
static unsigned value_size(const struct tiff *tiff, uint64_t entry)
{
	const uint64_t type = number(tiff, entry + 2, 2);

	return type < ARRAY_LEN(type_sizes) ? type_sizes[type] : 0;
}

/* A few values fit in the entry itself. */
static uint64_t values_at(const struct tiff *tiff, uint64_t entry,
			  unsigned size)
{
	const unsigned inside = offset_size(tiff);
	const uint64_t at = entry + 4 + inside;

	return tiff_count_values(tiff, entry) > inside / size
		       ? number(tiff, at, inside)
		       : at;
}

bool tiff_find_values(const struct tiff *tiff, uint64_t entry, uint64_t *at,
		      uint64_t *len)
{
	const unsigned size = value_size(tiff, entry);
	const uint64_t count = tiff_count_values(tiff, entry);

	if (!size || !count || count > tiff->bytes.len / size)
		return false;
	*at = values_at(tiff, entry, size);
	*len = count * size;
	return bytes_hold(tiff->bytes, *at, *len);
}

bool tiff_holds_values(const struct tiff *tiff, uint64_t entry)
{
	uint64_t at, len;

	return tiff_find_values(tiff, entry, &at, &len);
}

bool tiff_value_at(const struct tiff *tiff, uint64_t entry, uint64_t index,
		   uint64_t *value)
{
	const uint64_t type = number(tiff, entry + 2, 2);
	const unsigned size = value_size(tiff, entry);
	uint64_t at;

	if (!size || !(whole_types >> type & 1) ||
	    index >= tiff_count_values(tiff, entry) || index >= tiff->bytes.len)
		return false;
	at = values_at(tiff, entry, size);
	if (at > tiff->bytes.len ||
	    !bytes_hold(tiff->bytes, at + index * size, size))
		return false;
	*value = number(tiff, at + index * size, size);
	return true;
}

bool tiff_value(const struct tiff *tiff, uint64_t entry, uint64_t *value)
{
	return tiff_value_at(tiff, entry, 0, value);
}

uint64_t tiff_count_entries(const struct tiff *tiff, uint64_t page)
{
	uint64_t count;

	if (page < 8 || !bytes_hold(tiff->bytes, page, count_size(tiff)))
		return 0;
	count = number(tiff, page, count_size(tiff));
	if (count > MAX_ENTRIES ||
	    !bytes_hold(tiff->bytes, tiff_first_entry(tiff, page),
			count * tiff_entry_size(tiff)))
		return 0;
	return count;
}

uint64_t tiff_find_entry(const struct tiff *tiff, uint64_t page,
			 enum tiff_tag tag)
{
	uint64_t entry = tiff_first_entry(tiff, page);

	for (uint64_t i = tiff_count_entries(tiff, page); i; i--) {
		if (tiff_tag(tiff, entry) == tag)
			return entry;
		entry += tiff_entry_size(tiff);
	}
	return 0;
}

struct bytes tiff_find_bytes(const struct tiff *tiff, uint64_t page,
			     enum tiff_tag tag)
{
	const uint64_t entry = tiff_find_entry(tiff, page, tag);
	uint64_t at, len;

	if (!entry || !tiff_find_values(tiff, entry, &at, &len))
		return (struct bytes){ 0 };
	return (struct bytes){ tiff->bytes.data + at, (size_t)len };
}

uint64_t tiff_find(const struct tiff *tiff, uint64_t page, enum tiff_tag tag,
		   uint64_t absent)
{
	const uint64_t entry = tiff_find_entry(tiff, page, tag);
	uint64_t value;

	return entry && tiff_value(tiff, entry, &value) ? value : absent;
}

uint64_t tiff_first_page(const struct tiff *tiff)
{
	const unsigned size = offset_size(tiff);
	const uint64_t page = number(tiff, tiff->big ? 8 : 4, size);

	return tiff_count_entries(tiff, page) ? page : 0;
}

uint64_t tiff_next_page(const struct tiff *tiff, uint64_t page)
{
	const uint64_t count = tiff_count_entries(tiff, page);
	uint64_t at =
		tiff_first_entry(tiff, page) + count * tiff_entry_size(tiff);

	if (!count || !bytes_hold(tiff->bytes, at, offset_size(tiff)))
		return 0;
	at = number(tiff, at, offset_size(tiff));
	return tiff_count_entries(tiff, at) ? at : 0;
}

static bool is_main(const struct tiff *tiff, uint64_t page)
{
	enum { REDUCED = 1, MASK = 4, OLD_REDUCED = 2 };

	return !(tiff_find(tiff, page, TIFF_SUBFILE, 0) & (REDUCED | MASK)) &&
	       tiff_find(tiff, page, TIFF_OLD_SUBFILE, 0) != OLD_REDUCED;
}

/* Brent's algorithm finds a loop without a list of visited pages: each time,
   `mark` waits twice as long before it moves. A loop ends the count. */
uint64_t tiff_main_page(const struct tiff *tiff, uint32_t *pages)
{
	const uint64_t first = tiff_first_page(tiff);
	uint64_t mark = 0, page = first, found = 0;
	uint32_t moves_at = 1;

	for (*pages = 0; page && page != mark && *pages < PROBE_MAX_FRAMES;
	     page = tiff_next_page(tiff, page)) {
		if (!found && *pages < MAX_COPIES && is_main(tiff, page))
			found = page;
		if (++*pages == moves_at) {
			moves_at *= 2;
			mark = page;
		}
	}
	return found ? found : first;
}

bool tiff_open(struct tiff *tiff, struct work *work, struct bytes bytes)
{
	*tiff = (struct tiff){ .bytes = bytes };
	if (bytes.len >= 8) {
		tiff->little = bytes.data[0] == 'I';
		tiff->big = number(tiff, 2, 2) == 43;
	}
	if (bytes.len < (tiff->big ? 16 : 8))
		return fail(work, ERR_CORRUPT_IMAGE,
			    "expected a TIFF of at least %d bytes, found %zu; "
			    "upload the whole file",
			    tiff->big ? 16 : 8, bytes.len);
	if (tiff->big && (number(tiff, 4, 2) != 8 || number(tiff, 6, 2)))
		return fail(work, ERR_CORRUPT_IMAGE,
			    "expected offsets of 8 bytes in the BigTIFF, found "
			    "%llu; save the picture again",
			    (unsigned long long)number(tiff, 4, 2));
	return true;
}

bool tiff_has_alpha(uint64_t photometric, uint64_t samples, uint64_t extra)
{
	enum { ASSOCIATED = 1, UNASSOCIATED = 2 };
	uint64_t colours = 3;

	if (photometric <= TIFF_BLACK_IS_0 || photometric == TIFF_INDEXED)
		colours = 1;
	else if (photometric == TIFF_CMYK)
		colours = 4;
	return samples > colours &&
	       (extra == ASSOCIATED || extra == UNASSOCIATED);
}
