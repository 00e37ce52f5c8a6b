/* gif.c: tests that the frames of a GIF are found and written. */
#include "config.h"

#include "lib/picture/gif.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/pool.h"
#include "tests/unit/test.h"

enum { MAX_FRAMES = 4 };

#define HEADER "GIF89a\x20\x00\x10\x00\x00\x00\x00"
#define HEADER_COLOURS                                                         \
	"GIF89a\x20\x00\x10\x00\x80\x00\x00"                                   \
	"RGBrgb"
#define LOOPS(low, high)             "!\xff\x0bNETSCAPE2.0\x03\x01" low high "\0"
#define COMMENT                      "!\xfe\x05hello\0"
#define CONTROL(flags, delay, index) "!\xf9\x04" flags delay "\0" index "\0"
#define FRAME                                                                  \
	",\x01\0\x02\0\x03\0\x04\0\0"                                          \
	"\x02\x03xyz\0"
#define FRAME_COLOURS                                                          \
	",\x01\0\x02\0\x03\0\x04\0\xc1"                                        \
	"ABCabcDEFdef"                                                         \
	"\x02\x03xyz\0"
#define BYTES(text) text, sizeof(text) - 1

/* clang-format off */
static const struct {
	const char *name, *bytes;
	size_t len;
	uint32_t count, plays;
	struct gif_frame last; /* but for its bytes */
} files[] = {
	{ "one",       BYTES(HEADER FRAME ";"), 1, 1,
	  { .disposal = GIF_KEEP, .transparent = -1 } },
	{ "colours",   BYTES(HEADER_COLOURS FRAME ";"), 1, 1,
	  { .disposal = GIF_KEEP, .transparent = -1, .colour_bits = 1 } },
	{ "own",       BYTES(HEADER_COLOURS FRAME_COLOURS ";"), 1, 1,
	  { .disposal = GIF_KEEP, .transparent = -1, .colour_bits = 2, .interlaced = true } },
	{ "control",   BYTES(HEADER CONTROL("\x09", "\x34", "\x07") FRAME ";"), 1, 1,
	  { .disposal = GIF_CLEAR, .transparent = 7, .delay_cs = 0x34 } },
	{ "opaque",    BYTES(HEADER CONTROL("\x0c", "\x01", "\x07") FRAME), 1, 1,
	  { .disposal = GIF_RESTORE, .transparent = -1, .delay_cs = 1 } },
	{ "unknown",   BYTES(HEADER CONTROL("\x1c", "\x01", "\x07") FRAME), 1, 1,
	  { .disposal = GIF_KEEP, .transparent = -1, .delay_cs = 1 } },
	{ "once",      BYTES(HEADER CONTROL("\x09", "\x34", "\x07") FRAME FRAME), 2, 1,
	  { .disposal = GIF_KEEP, .transparent = -1 } },
	{ "for ever",  BYTES(HEADER LOOPS("\0", "\0") FRAME FRAME ";"), 2, 0,
	  { .disposal = GIF_KEEP, .transparent = -1 } },
	{ "thrice",    BYTES(HEADER FRAME LOOPS("\2", "\0") COMMENT FRAME ";"), 2, 3,
	  { .disposal = GIF_KEEP, .transparent = -1 } },
	{ "most",      BYTES(HEADER LOOPS("\xff", "\xff") FRAME), 1, 65535,
	  { .disposal = GIF_KEEP, .transparent = -1 } },
	{ "five",      BYTES(HEADER FRAME FRAME FRAME FRAME FRAME), MAX_FRAMES, 1,
	  { .disposal = GIF_KEEP, .transparent = -1 } },
	{ "the end",   BYTES(HEADER FRAME ";" FRAME), 1, 1,
	  { .disposal = GIF_KEEP, .transparent = -1 } },
	{ "between",   BYTES(HEADER "\0\0" FRAME "\0\x7f" FRAME), 2, 1,
	  { .disposal = GIF_KEEP, .transparent = -1 } },
	{ "none",      BYTES(HEADER ";"), 0, 1, { 0 } },
	{ "nothing",   BYTES(""), 0, 1, { 0 } },
};
/* clang-format on */

static void check_last(const char *name, const struct gif_frame *frame,
		       const struct gif_frame *want)
{
	if (frame->disposal != want->disposal ||
	    frame->transparent != want->transparent ||
	    frame->delay_cs != want->delay_cs ||
	    frame->colour_bits != want->colour_bits ||
	    frame->interlaced != want->interlaced)
		fail_msg("%s", name);
	assert_int_equal(frame->left, 1);
	assert_int_equal(frame->top, 2);
	assert_int_equal(frame->width, 3);
	assert_int_equal(frame->height, 4);
	assert_int_equal(frame->data_len, 6);
	assert_memory_equal(frame->data, "\x02\x03xyz", 6);
	if (want->colour_bits)
		assert_memory_equal(frame->colours,
				    want->interlaced ? "ABCabc" : "RGBrgb", 6);
}

static void finds_frames(void **state)
{
	struct work work = { .pool = pool_new() };

	(void)state;
	EACH_ROW(i, files) {
		struct gif gif;
		const bool found =
			gif_parse(&gif, &work, (const uint8_t *)files[i].bytes,
				  files[i].len, MAX_FRAMES);

		if (found != (files[i].count > 0) ||
		    gif.count != files[i].count || gif.plays != files[i].plays)
			fail_msg("%s: %u frames, %u times", files[i].name,
				 gif.count, gif.plays);
		if (found)
			check_last(files[i].name, &gif.frames[gif.count - 1],
				   &files[i].last);
	}
	pool_free(work.pool);
}

/* On the heap, so that sanitizers see what is read beyond the end. */
static void reads_nothing_beyond_the_end(void **state)
{
	struct work work = { .pool = pool_new() };

	(void)state;
	EACH_ROW(i, files)
		for (size_t len = 0; len < files[i].len; len++) {
			uint8_t *cut = malloc(len + !len);
			struct gif gif;

			memcpy(cut, files[i].bytes, len);
			(void)!gif_parse(&gif, &work, cut, len, MAX_FRAMES);
			assert_true(gif.count <= files[i].count);
			free(cut);
		}
	pool_free(work.pool);
}

static void writes_what_it_reads(void **state)
{
	static const uint32_t plays[] = { 0, 1, 2, 65535 };
	const struct gif_frame frame = {
		.left = 1,
		.top = 2,
		.width = 3,
		.height = 4,
		.delay_cs = 300,
		.disposal = GIF_CLEAR,
		.interlaced = true,
		.transparent = 3,
		.colours = (const uint8_t *)"ABCabcDEFdef",
		.colour_bits = 2,
		.data = (const uint8_t *)"\x02\x03xyz",
		.data_len = 6,
	};
	struct work work = { .pool = pool_new() };

	(void)state;
	EACH_ROW(i, plays) {
		struct buf *file = buf_new(work.pool, 4096);
		struct gif gif;

		assert_true(gif_add_header(file, 32, 16, plays[i]));
		assert_true(gif_add_frame(file, &frame));
		assert_true(gif_add_trailer(file));
		assert_true(gif_parse(&gif, &work, (const uint8_t *)file->data,
				      file->len, MAX_FRAMES));
		assert_int_equal(gif.plays, plays[i]);
		assert_int_equal(gif.count, 1);
		check_last("written", &gif.frames[0], &frame);
	}
	pool_free(work.pool);
}

static void writes_up_to_a_limit(void **state)
{
	const struct gif_frame frame = { .data = (const uint8_t *)"\x02",
					 .data_len = 2,
					 .transparent = -1 };
	struct pool *pool = pool_new();

	(void)state;
	assert_false(gif_add_header(buf_new(pool, 31), 1, 1, 0));
	assert_true(gif_add_header(buf_new(pool, 32), 1, 1, 0));
	assert_false(gif_add_frame(buf_new(pool, 19), &frame));
	assert_true(gif_add_frame(buf_new(pool, 20), &frame));
	pool_free(pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_frames),
		cmocka_unit_test(reads_nothing_beyond_the_end),
		cmocka_unit_test(writes_what_it_reads),
		cmocka_unit_test(writes_up_to_a_limit),
	};

	return RUN_TESTS(tests);
}
