/* webp_frame.c: tests that the first frame of an animation is found. */
#include "config.h"

#include "lib/picture/webp_frame.h"

#include <string.h>

#include "lib/base/pool.h"
#include "tests/unit/test.h"

/* Frames of 3x2 pixels, 4 to the right and 6 down. */
#define RIFF           "RIFF\xff\xff\xff\xffWEBP"
#define VP8X(flags)    "VP8X\x0a\0\0\0" flags "\0\0\0\x09\0\0\x09\0\0"
#define ANIM           "ANIM\x06\0\0\0\0\0\0\0\0\0"
#define ANMF(size)     "ANMF" size "\0\0\0" PLACE
#define PLACE          "\x02\0\0\x03\0\0\x02\0\0\x01\0\0\0\0\0\0"
#define LOSSLESS       "VP8L\x03\0\0\0abc\0"
#define LOSSY          "VP8 \x02\0\0\0de"
#define ALPHA          "ALPH\x01\0\0\0f\0"
#define LOSSLESS_ALPHA "VP8L\x05\0\0\0/abc\x10\0"
#define PROFILE        "ICCP\x03\0\0\0icc\0"
#define STILL(flags)   "VP8X\x0a\0\0\0" flags "\0\0\0\x02\0\0\x01\0\0"
#define UNKNOWN        "XYZW\x01\0\0\0g\0"

#define BYTES(text) (const uint8_t *)(text), sizeof(text) - 1

#define ANIMATED RIFF VP8X("\x02") ANIM

/* clang-format off */
static const struct {
	const char *name;
	const uint8_t *bytes;
	size_t len;
	const uint8_t *frame; /* NULL: none is found */
	size_t frame_len;
} files[] = {
	{ "lossless",  BYTES(ANIMATED ANMF("\x1c") LOSSLESS),
	               BYTES("RIFF\x10\0\0\0WEBP" LOSSLESS) },
	{ "two",       BYTES(ANIMATED ANMF("\x1a") LOSSY ANMF("\x1c") LOSSLESS),
	               BYTES("RIFF\x0e\0\0\0WEBP" LOSSY) },
	{ "alpha",     BYTES(ANIMATED ANMF("\x24") ALPHA LOSSY),
	               BYTES("RIFF\x2a\0\0\0WEBPVP8X\x0a\0\0\0\x10\0\0\0\x02\0\0\x01\0\0" ALPHA LOSSY) },
	{ "unknown",   BYTES(ANIMATED UNKNOWN ANMF("\x2e") UNKNOWN ALPHA LOSSY),
	               BYTES("RIFF\x2a\0\0\0WEBPVP8X\x0a\0\0\0\x10\0\0\0\x02\0\0\x01\0\0" ALPHA LOSSY) },
	{ "profile",   BYTES(RIFF VP8X("\x22") PROFILE ANIM ANMF("\x1a") LOSSY),
	               BYTES("RIFF\x2c\0\0\0WEBP" STILL("\x20") PROFILE LOSSY) },
	{ "profile, lossless", BYTES(RIFF VP8X("\x22") PROFILE ANIM ANMF("\x1c") LOSSLESS),
	               BYTES("RIFF\x2e\0\0\0WEBP" STILL("\x20") PROFILE LOSSLESS) },
	{ "profile, lossless with alpha",
	               BYTES(RIFF VP8X("\x32") PROFILE ANIM ANMF("\x1e") LOSSLESS_ALPHA),
	               BYTES("RIFF\x30\0\0\0WEBP" STILL("\x30") PROFILE LOSSLESS_ALPHA) },
	{ "profile, alpha", BYTES(RIFF VP8X("\x32") PROFILE ANIM ANMF("\x24") ALPHA LOSSY),
	               BYTES("RIFF\x36\0\0\0WEBP" STILL("\x30") PROFILE ALPHA LOSSY) },
	{ "a profile that is not announced",
	               BYTES(RIFF VP8X("\x02") PROFILE ANIM ANMF("\x1a") LOSSY),
	               BYTES("RIFF\x0e\0\0\0WEBP" LOSSY) },
	{ "no frame",  BYTES(ANIMATED),                           NULL, 0 },
	{ "empty",     BYTES(ANIMATED ANMF("\x10")),              NULL, 0 },
	{ "short",     BYTES(ANIMATED "ANMF\x0f\0\0\0" PLACE),    NULL, 0 },
	{ "too long",  BYTES(ANIMATED ANMF("\x1e") LOSSLESS),     NULL, 0 },
	{ "only alpha", BYTES(ANIMATED ANMF("\x1a") ALPHA),       NULL, 0 },
	{ "long picture", BYTES(ANIMATED ANMF("\x1a") "VP8 \x09\0\0\0de"), NULL, 0 },
};
/* clang-format on */

static void finds_first_frames(void **state)
{
	(void)state;
	EACH_ROW(i, files) {
		struct pool *pool = pool_new();
		struct work work = { .pool = pool };
		struct webp_frame frame;
		const bool found = webp_first_frame(
			&frame, &work, files[i].bytes, files[i].len);

		assert_true(webp_is_animated(files[i].bytes, files[i].len));
		if (found != (files[i].frame != NULL))
			print_error("%s: %s\n", files[i].name, work.why);
		assert_int_equal(found, files[i].frame != NULL);
		if (found) {
			assert_int_equal(frame.len, files[i].frame_len);
			assert_memory_equal(frame.bytes, files[i].frame,
					    frame.len);
			assert_int_equal(frame.x, 4);
			assert_int_equal(frame.y, 6);
		} else {
			assert_int_equal(work.err, ERR_CORRUPT_IMAGE);
		}
		pool_free(pool);
	}
}

/* On the heap, where a sanitizer sees each byte that is read too far. */
static void reads_no_further(void **state)
{
	(void)state;
	EACH_ROW(i, files)
		for (size_t len = 0; len < files[i].len; len++) {
			struct pool *pool = pool_new();
			struct work work = { .pool = pool };
			uint8_t *cut = malloc(len ? len : 1);
			struct webp_frame frame;

			memcpy(cut, files[i].bytes, len);
			(void)webp_is_animated(cut, len);
			(void)!webp_first_frame(&frame, &work, cut, len);
			free(cut);
			pool_free(pool);
		}
}

static void knows_still_pictures(void **state)
{
	(void)state;
	assert_false(webp_is_animated(BYTES(RIFF LOSSLESS)));
	assert_false(webp_is_animated(BYTES(RIFF VP8X("\x10") ALPHA LOSSY)));
	assert_false(webp_is_animated(BYTES(RIFF)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_first_frames),
		cmocka_unit_test(reads_no_further),
		cmocka_unit_test(knows_still_pictures),
	};

	return RUN_TESTS(tests);
}
