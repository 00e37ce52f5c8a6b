/* tiff.c: fuzzes the directories of TIFFs, read and reduced. */
#include "config.h"

#include "lib/picture/tiff.h"

#include <stdlib.h>
#include <string.h>

#include "lib/picture/tiff_directory.h"
#include "tests/lib/fuzz.h"

enum { MAX_ENTRIES = 1000 };

static void check_entries(const struct tiff *tiff, uint64_t page)
{
	const uint64_t count = tiff_count_entries(tiff, page);
	uint64_t entry = tiff_first_entry(tiff, page);
	const unsigned size = tiff_entry_size(tiff);
	uint64_t value;

	for (uint64_t i = 0; i < count && i < MAX_ENTRIES; i++, entry += size) {
		expect(bytes_hold(tiff->bytes, entry, size));
		expect(tiff_tag(tiff, entry) <= UINT16_MAX);
		(void)tiff_holds_values(tiff, entry);
		(void)!tiff_value(tiff, entry, &value);
	}
}

/* Where values lie within the directory, the picture may become another one:
   its decoder compares the size. */
static void reduce(const uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(size + !size);
	struct work work = { 0 };
	struct tiff tiff;

	memcpy(copy, data, size);
	(void)tiff_directory_reduce(copy, size);
	if (!tiff_open(&tiff, &work, (struct bytes){ data, size }))
		expect(!memcmp(copy, data, size));
	free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct work work = { 0 };
	struct tiff tiff;
	uint32_t pages;

	reduce(data, size);
	if (!tiff_open(&tiff, &work, (struct bytes){ data, size })) {
		expect(work.err == ERR_CORRUPT_IMAGE && *work.why);
		return 0;
	}
	check_entries(&tiff, tiff_main_page(&tiff, &pages));
	return 0;
}
