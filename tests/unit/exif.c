/* exif.c: tests which way up EXIF data say that a picture is. */
#include "config.h"

#include "lib/picture/exif.h"

#include "lib/base/util.h"
#include "tests/unit/test.h"

struct exif {
	const char *name;
	unsigned orientation;
	const char *bytes;
	size_t len;
};

/* clang-format off */
#define BYTES(text) text, sizeof(text) - 1
#define LITTLE "II*\0\x08\0\0\0"
#define BIG "MM\0*\0\0\0\x08"

static const struct exif exifs[] = {
	{ "little endian",       6, BYTES(LITTLE "\1\0" "\x12\1\3\0\1\0\0\0\6\0\0\0") },
	{ "big endian",          8, BYTES(BIG "\0\1" "\1\x12\0\3\0\0\0\1\0\x08\0\0") },
	{ "after Exif",          3, BYTES("Exif\0\0" BIG "\0\1" "\1\x12\0\3\0\0\0\1\0\3\0\0") },
	{ "second entry",        5, BYTES(LITTLE "\2\0" "\0\1\3\0\1\0\0\0\7\0\0\0" "\x12\1\3\0\1\0\0\0\5\0\0\0") },
	{ "0",                   1, BYTES(LITTLE "\1\0" "\x12\1\3\0\1\0\0\0\0\0\0\0") },
	{ "9",                   1, BYTES(LITTLE "\1\0" "\x12\1\3\0\1\0\0\0\x09\0\0\0") },
	{ "no SHORT",            1, BYTES(LITTLE "\1\0" "\x12\1\4\0\1\0\0\0\6\0\0\0") },
	{ "the first counts",    2, BYTES(LITTLE "\2\0" "\x12\1\3\0\1\0\0\0\2\0\0\0" "\x12\1\3\0\1\0\0\0\5\0\0\0") },
	{ "more than there is",  6, BYTES(LITTLE "\xff\xff" "\x12\1\3\0\1\0\0\0\6\0\0\0") },
	{ "cut in the entry",    1, BYTES(LITTLE "\1\0" "\x12\1\3\0\1\0\0\0\6\0\0") },
	{ "offset far away",     1, BYTES("II*\0\xff\xff\xff\xff\1\0\x12\1\3\0\1\0\0\0\6\0\0\0") },
	{ "offset at the end",   1, BYTES("II*\0\x08\0\0\0\1") },
	{ "no entries",          1, BYTES(LITTLE "\0\0") },
	{ "no TIFF",             1, BYTES("II+\0\x08\0\0\0\1\0") },
	{ "Exif and nothing",    1, BYTES("Exif\0\0") },
	{ "nothing",             1, BYTES("") },
};
/* clang-format on */

static void finds_the_orientation(void **state)
{
	(void)state;
	EACH_ROW(i, exifs) {
		const struct exif *exif = &exifs[i];
		uint8_t *exact = malloc(exif->len + !exif->len);
		unsigned found;

		memcpy(exact, exif->bytes, exif->len);
		found = exif_orientation(exact, exif->len);
		free(exact);
		if (found != exif->orientation)
			fail_msg("%s: expected %u, found %u", exif->name,
				 exif->orientation, found);
	}
}

/* Some cameras write more than a hundred entries before it. */
static void looks_at_all_entries(void **state)
{
	enum { ENTRIES = 5000 };
	static uint8_t bytes[10 + ENTRIES * 12] = LITTLE;
	static const uint8_t entry[] = { 0x12, 1, 3, 0, 1, 0, 0, 0, 6, 0 };

	(void)state;
	bytes[8] = ENTRIES & 0xff;
	bytes[9] = ENTRIES >> 8;
	memcpy(bytes + 10 + (size_t)(ENTRIES - 1) * 12, entry, sizeof(entry));
	assert_int_equal(exif_orientation(bytes, sizeof(bytes)), 6);
	bytes[8]--;
	assert_int_equal(exif_orientation(bytes, sizeof(bytes)), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_the_orientation),
		cmocka_unit_test(looks_at_all_entries),
	};

	return RUN_TESTS(tests);
}
