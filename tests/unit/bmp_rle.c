/* bmp_rle.c: tests the run lengths of BMPs. */
#include "config.h"

#include "lib/picture/bmp_rle.h"

#include "lib/base/pool.h"
#include "tests/unit/test.h"

enum { WIDTH = 4, HEIGHT = 3 };

#define BYTES(text)   (const uint8_t *)(text), sizeof(text) - 1
#define END_OF_ROW    "\0\0"
#define END_OF_BITMAP "\0\1"
#define DELTA         "\0\2"

/* clang-format off */
static const struct {
	const char *name;
	enum bmp_compression compression;
	const uint8_t *bytes;
	size_t len;
	unsigned rows; /* that are read before the data end too early */
	const char *indices;
} files[] = {
	{ "runs", BMP_RLE8, BYTES("\4a" END_OF_ROW "\1a\3b" END_OF_ROW "\4c" END_OF_ROW END_OF_BITMAP),
	  3, "aaaa" "abbb" "cccc" },
	{ "no end", BMP_RLE8, BYTES("\4a" END_OF_ROW "\4b" END_OF_ROW "\4c"), 3, "aaaa" "bbbb" "cccc" },
	{ "literal", BMP_RLE8, BYTES("\0\4abcd" END_OF_ROW "\0\3abc\0" END_OF_ROW END_OF_BITMAP),
	  3, "abcd" "abc." "...." },
	{ "short rows", BMP_RLE8, BYTES("\1a" END_OF_ROW END_OF_ROW "\2c" END_OF_ROW),
	  3, "a..." "...." "cc.." },
	{ "long rows", BMP_RLE8, BYTES("\xff" "a" END_OF_ROW "\3b\0\3ccc\0" END_OF_BITMAP),
	  3, "aaaa" "bbbc" "...." },
	{ "delta", BMP_RLE8, BYTES("\1a" DELTA "\1\0" "\1b" DELTA "\0\2" "\1c" END_OF_BITMAP),
	  3, "a.b." "...." "...c" },
	{ "delta beyond the picture", BMP_RLE8, BYTES("\1a" DELTA "\xff\0" "\1b" DELTA "\0\xff" "\1c"),
	  3, "a..." "...." "...." },
	{ "more rows", BMP_RLE8, BYTES("\4a\0\0\4b\0\0\4c\0\0\4d\0\0\4e"), 3, "aaaa" "bbbb" "cccc" },
	{ "only the end", BMP_RLE8, BYTES(END_OF_BITMAP), 3, "...." "...." "...." },
	{ "4 bits", BMP_RLE4, BYTES("\3\x12" END_OF_ROW "\0\4\x12\x34" END_OF_ROW "\0\3\x12\x30" END_OF_BITMAP),
	  3, "\1\2\1." "\1\2\3\4" "\1\2\3." },
	{ "cut", BMP_RLE8, BYTES("\4a" END_OF_ROW "\4b"), 1, "aaaa" },
	{ "cut in the last row", BMP_RLE8, BYTES("\4a" END_OF_ROW "\4b" END_OF_ROW "\3c"), 2, "aaaabbbb" },
	{ "cut run", BMP_RLE8, BYTES("\4"), 0, "" },
	{ "cut delta", BMP_RLE8, BYTES(DELTA "\1"), 0, "" },
	{ "cut literal", BMP_RLE8, BYTES("\0\4abc"), 0, "" },
	{ "cut literal of 4 bits", BMP_RLE4, BYTES("\0\5\x12\x34\x50"), 0, "" },
	{ "nothing", BMP_RLE8, BYTES(""), 0, "" },
};
/* clang-format on */

/* From memory of exactly that length, so that sanitizers see a step beyond. */
static unsigned read_rows(struct work *work, char *indices,
			  enum bmp_compression compression,
			  const uint8_t *bytes, size_t len)
{
	const struct bmp_header header = {
		.width = WIDTH,
		.height = HEIGHT,
		.bits = compression == BMP_RLE8 ? 8 : 4,
		.compression = compression,
	};
	uint8_t *exact = malloc(len + !len);
	struct bmp_rle rle;
	unsigned rows = 0;

	memcpy(exact, bytes, len);
	bmp_rle_init(&rle, work, &header, (struct bytes){ exact, len });
	while (rows < HEIGHT && bmp_rle_read_row(&rle, work))
		memcpy(indices + WIDTH * rows++, rle.indices, WIDTH);
	free(exact);
	return rows;
}

static void rows_are_read(void **state)
{
	(void)state;
	EACH_ROW(i, files) {
		struct work work = { .pool = pool_new() };
		char indices[WIDTH * HEIGHT + 1] = "";
		const unsigned rows =
			read_rows(&work, indices, files[i].compression,
				  files[i].bytes, files[i].len);

		for (unsigned at = 0; at < rows * WIDTH; at++)
			if (!indices[at])
				indices[at] = '.';
		if (rows != files[i].rows || strcmp(indices, files[i].indices))
			fail_msg("%s: found %u rows: %s", files[i].name, rows,
				 indices);
		if (rows < HEIGHT) {
			assert_int_equal(work.err, ERR_CORRUPT_IMAGE);
			assert_non_null(strstr(work.why, "RLE data"));
		}
		pool_free(work.pool);
	}
}

static void damage_is_harmless(void **state)
{
	static const uint8_t values[] = { 0, 1, 2, 3, 0x7f, 0x80, 0xff };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(files) * ARRAY_LEN(values); i++) {
		const size_t file = i / ARRAY_LEN(values);
		const size_t len = files[file].len;
		char indices[WIDTH * HEIGHT];
		uint8_t bytes[64];

		assert_in_range(len, 0, sizeof(bytes));
		for (size_t at = 0; at < len; at++) {
			struct work work = { .pool = pool_new() };

			memcpy(bytes, files[file].bytes, len);
			bytes[at] = values[i % ARRAY_LEN(values)];
			assert_in_range(read_rows(&work, indices,
						  files[file].compression,
						  bytes, len),
					0, HEIGHT);
			pool_free(work.pool);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_are_read),
		cmocka_unit_test(damage_is_harmless),
	};

	return RUN_TESTS(tests);
}
