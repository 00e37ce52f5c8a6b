/* tiff_directory.c: tests what remains of a TIFF's directories. */
#include "config.h"

#include "lib/picture/tiff_directory.h"

#include <string.h>

#include "lib/base/util.h"
#include "tests/unit/test.h"

#define ENTRY(tag, value)  tag "\3\0\1\0\0\0" value "\0\0"
#define WIDTH              ENTRY("\0\1", "\7\0")
#define TURNED             ENTRY("\x12\1", "\6\0")
#define PHOTOMETRIC(value) ENTRY("\6\1", value)
#define EXTRA(value)       ENTRY("\x52\1", value)
#define FILE_OF(at, body)  "II*\0" at "\0\0\0" body
#define PAGE(count, body)  count "\0" body "\0\0\0\0"
#define BYTES(text)        text, sizeof(text) - 1

/* clang-format off */
static const struct {
	const char *name;
	const char *bytes;
	size_t len;
	const char *left; /* as long */
	bool is_icc_lab;
} files[] = {
	{ "nothing to change",
	  BYTES(FILE_OF("\x08", PAGE("\1", WIDTH))),
	  FILE_OF("\x08", PAGE("\1", WIDTH)), false },
	{ "an orientation",
	  BYTES(FILE_OF("\x08", PAGE("\2", TURNED WIDTH))),
	  FILE_OF("\x08", "\1\0" WIDTH "\0\0\0\0" "\1\0\0\0\7\0\0\0" "\0\0\0\0"), false },
	{ "an extra sample of none",
	  BYTES(FILE_OF("\x08", PAGE("\2", WIDTH EXTRA("\1\0")))),
	  FILE_OF("\x08", "\1\0" WIDTH "\0\0\0\0" "\1\0\0\0\1\0\0\0" "\0\0\0\0"), false },
	{ "ICC L*a*b*",
	  BYTES(FILE_OF("\x08", PAGE("\1", PHOTOMETRIC("\x09\0")))),
	  FILE_OF("\x08", PAGE("\1", PHOTOMETRIC("\x08\0"))), true },
	{ "no TIFF", BYTES("BM123456"), "BM123456", false },
	{ "no directory", BYTES("II*\0\xff\0\0\0"), "II*\0\xff\0\0\0", false },
	{ "nothing", BYTES(""), "", false },
};
/* clang-format on */

static void keeps_what_decoding_needs(void **state)
{
	(void)state;
	EACH_ROW(i, files) {
		uint8_t bytes[128];
		struct tiff_pixels pixels;

		memcpy(bytes, files[i].bytes, files[i].len);
		pixels = tiff_directory_reduce(bytes, files[i].len);
		if (memcmp(bytes, files[i].left, files[i].len) ||
		    pixels.is_icc_lab != files[i].is_icc_lab)
			fail_msg("%s", files[i].name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_what_decoding_needs),
	};

	return RUN_TESTS(tests);
}
