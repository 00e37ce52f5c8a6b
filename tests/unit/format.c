/* format.c: tests the table of formats and their signatures. */
#include "config.h"

#include "lib/picture/format.h"

#include "tests/unit/test.h"

struct signature {
	const char *bytes;
	size_t len;
	const char *name; /* NULL: none of ours */
};

/* clang-format off */
#define BYTES(text) text, sizeof(text) - 1

static const struct signature signatures[] = {
	{ BYTES("\xff\xd8\xff\xe0\0\x10JFIF"),   "jpeg" },
	{ BYTES("\xff\xd8\xff"),                 "jpeg" },
	{ BYTES("\xff\xd8"),                     NULL },
	{ BYTES("\xff\xd8\xfe"),                 NULL },
	{ BYTES("\x89PNG\r\n\x1a\n"),            "png" },
	{ BYTES("\x89PNG\n\x1a\n."),             NULL },
	{ BYTES("GIF87a"),                       "gif" },
	{ BYTES("GIF89a"),                       "gif" },
	{ BYTES("GIF88a"),                       NULL },
	{ BYTES("RIFF\0\0\0\0WEBPVP8 "),         "webp" },
	{ BYTES("RIFFabcdWEBP"),                 "webp" },
	{ BYTES("RIFF\0\0\0\0WEB"),              NULL },
	{ BYTES("RIFF\0\0\0\0WAVE"),             NULL },
	{ BYTES("II*\0"),                        "tiff" },
	{ BYTES("MM\0*"),                        "tiff" },
	{ BYTES("II+\0"),                        "tiff" },
	{ BYTES("MM\0+"),                        "tiff" },
	{ BYTES("II\0*"),                        NULL },
	{ BYTES("BM"),                           "bmp" },
	{ BYTES("BA"),                           NULL },
	{ BYTES(""),                             NULL },
	{ BYTES("%PDF-1.7\n"),                   NULL },
	{ BYTES("%!PS-Adobe-3.0"),               NULL },
	{ BYTES("<svg xmlns="),                  NULL },
	{ BYTES("push graphic-context"),         NULL },
	{ BYTES("id=ImageMagick"),               NULL },
	{ BYTES("\0\0\1\0\1\0"),                 NULL }, /* ICO */
	{ BYTES("8BPS\0\1"),                     NULL },
	{ BYTES("\0\0\0\x18" "ftypheic"),        NULL },
	{ BYTES("\0\0\0\x18" "ftypmp42"),        NULL },
	{ BYTES("\x8bJNG\r\n\x1a\n"),            NULL },
	{ BYTES("\xffWPC"),                      NULL },
};
/* clang-format on */

static void sniffs_signatures(void **state)
{
	(void)state;
	EACH_ROW(i, signatures) {
		const struct signature *sig = &signatures[i];
		uint8_t *exact = malloc(sig->len + !sig->len);
		enum format format;
		bool known;

		memcpy(exact, sig->bytes, sig->len);
		known = format_sniff(&format, exact, sig->len);
		free(exact);
		if (known != !!sig->name ||
		    (known && strcmp(format_row(format)->name, sig->name)))
			fail_msg("signature %zu: expected %s", i,
				 sig->name ? sig->name : "none");
	}
}

static void names_lead_to_rows(void **state)
{
	(void)state;
	for (int i = 0; i < FORMAT__COUNT; i++) {
		const struct format_row *row = format_row((enum format)i);
		enum format format;

		assert_true(format_by_name(&format, row->name));
		assert_int_equal(format, i);
		assert_memory_equal(row->media_type, "image/", 6);
		assert_string_equal(row->media_type + 6, row->name);
		assert_int_equal(row->coder[strlen(row->coder) - 1], ':');
		assert_true(row->ns_per_pixel > 0 && row->bytes_per_pixel >= 8);
	}
}

static void other_names_do_not(void **state)
{
	static const char *const names[] = { "",     "jpg", "JPEG", "tif",
					     "heic", "svg", "png ", "pn" };
	enum format format;

	(void)state;
	EACH_ROW(i, names)
		assert_false(format_by_name(&format, names[i]));
}

/* Signed links hold the numbers. */
static void numbers_never_change(void **state)
{
	(void)state;
	assert_int_equal(FORMAT_JPEG, 0);
	assert_int_equal(FORMAT_PNG, 1);
	assert_int_equal(FORMAT_GIF, 2);
	assert_int_equal(FORMAT_WEBP, 3);
	assert_int_equal(FORMAT_TIFF, 4);
	assert_int_equal(FORMAT_BMP, 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sniffs_signatures),
		cmocka_unit_test(names_lead_to_rows),
		cmocka_unit_test(other_names_do_not),
		cmocka_unit_test(numbers_never_change),
	};

	return RUN_TESTS(tests);
}
