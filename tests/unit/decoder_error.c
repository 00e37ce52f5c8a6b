/* decoder_error.c: tests what clients see of a failure of a decoder. */
#include "config.h"

#include "lib/picture/decoder_error.h"

#include <string.h>

#include "lib/base/pool.h"
#include "tests/unit/test.h"

/* Fails with the text in the decoder process; returns what its client sees. */
static const char *client_text(struct work *work, enum err err,
			       const char *text)
{
	struct work inner = { .pool = work->pool };
	struct decoder_error error;

	if (err == ERR_INVALID_FIELD)
		assert_false(fail_field(&inner, "variant", "%s", text));
	else
		assert_false((fail)(&inner, err, "%s", text));
	error = decoder_error_of(&inner);
	assert_false(decoder_error_fail(work, &error));
	assert_int_equal(decoder_error_kind(&error), work->err);
	return work->why;
}

static void known_texts_come_with_their_numbers(void **state)
{
	/* clang-format off */
	static const struct {
		enum err err;
		const char *text, *client_text;
	} cases[] = {
		{ ERR_CORRUPT_IMAGE, "damaged: the file ends before its last scan", NULL },
		{ ERR_CORRUPT_IMAGE, "expected 10x20 pixels as in its header, found 30x4294967296", NULL },
		{ ERR_INVALID_FIELD, "at most 16383 pixels a side as webp, not 20000x5", NULL },
		{ ERR_UNSUPPORTED_FORMAT, "unsupported variant of JPEG: Unsupported marker 0xf5", "unsupported variant of JPEG" },
		{ ERR_CORRUPT_IMAGE, "damaged: a library quotes \x01 the file", "damaged" },
		{ ERR_CORRUPT_IMAGE, "damaged: IDAT: bad data", "damaged: IDAT" },
		{ ERR_CORRUPT_IMAGE, "expected 10x20 pixels as in its header, found", "damaged" },
		{ ERR_CORRUPT_IMAGE, "expected 10x20 pixels as in its header, found 1x2, and more", "damaged" },
		{ ERR_INTERNAL, "expected room for a GIF trailer, found 9 bytes used", "damaged" },
		{ ERR_UNAVAILABLE, "what no row has", "the decoder process cannot read its source" },
		{ ERR_TOO_LARGE, "no memory: of a library", "it needs more memory to decode" },
	};
	/* clang-format on */

	(void)state;
	EACH_ROW(i, cases) {
		struct work work = { .pool = pool_new() };

		assert_string_equal(
			client_text(&work, cases[i].err, cases[i].text),
			cases[i].client_text ? cases[i].client_text
					     : cases[i].text);
		if (cases[i].err != ERR_INTERNAL)
			assert_int_equal(work.err, cases[i].err);
		if (cases[i].err == ERR_INVALID_FIELD)
			assert_string_equal(work.field, "variant");
		pool_free(work.pool);
	}
}

/* As from a process under the control of its picture. */
static void any_bytes_give_a_text_of_the_table(void **state)
{
	struct decoder_error error;

	(void)state;
	for (uint32_t row = 0; row < 300; row++) {
		struct work work = { .pool = pool_new() };

		memset(&error, 0xff, sizeof(error));
		error.row = row < 299 ? row : UINT32_MAX;
		assert_false(decoder_error_fail(&work, &error));
		assert_true(work.err == ERR_CORRUPT_IMAGE ||
			    work.err == ERR_UNSUPPORTED_FORMAT ||
			    work.err == ERR_TOO_LARGE ||
			    work.err == ERR_UNAVAILABLE ||
			    work.err == ERR_INVALID_FIELD);
		for (const char *at = work.why; *at; at++)
			assert_in_range(*at, ' ', '~');
		pool_free(work.pool);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_texts_come_with_their_numbers),
		cmocka_unit_test(any_bytes_give_a_text_of_the_table),
	};

	return RUN_TESTS(tests);
}
