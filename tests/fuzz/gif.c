/* gif.c: fuzzes the blocks and the frames of GIFs. */
#include "config.h"

#include "lib/picture/gif.h"

#include "lib/base/buf.h"
#include "lib/base/pool.h"
#include "tests/lib/fuzz_frames.h"
#include "tests/lib/fuzz.h"
#include "tests/lib/fuzz_probe.h"

enum { MAX_FRAMES = 100, MAX_FILE = 1 << 20 };

static void check_frame(const struct gif_frame *frame, const uint8_t *data,
			size_t size)
{
	expect(frame->data >= data && frame->data_len <= size &&
	       frame->data + frame->data_len <= data + size);
	expect(frame->transparent >= -1 && frame->transparent <= 255);
	expect(frame->colour_bits <= 8);
	if (frame->colour_bits)
		expect(frame->colours >= data &&
		       frame->colours + ((size_t)3 << frame->colour_bits) <=
			       data + size);
}

/* A file of the frames that were found has as many. */
static void write_again(struct work *work, const struct gif *gif)
{
	struct buf *file = buf_new(work->pool, MAX_FILE);
	struct gif again;
	bool whole = gif_add_header(file, 1, 1, gif->plays);

	for (uint32_t i = 0; i < gif->count; i++) {
		if (!gif->frames[i].colour_bits)
			return;
		whole = whole && gif_add_frame(file, &gif->frames[i]);
	}
	if (!whole || !gif_add_trailer(file))
		return;
	expect(gif_parse(&again, work, (const uint8_t *)file->data, file->len,
			 MAX_FRAMES));
	expect(again.count == gif->count);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct work work = { .conf = fuzz_conf(), .pool = pool_new() };
	struct probe probe;
	struct gif gif;

	if (gif_parse(&gif, &work, data, size, MAX_FRAMES)) {
		expect(gif.count >= 1 && gif.count <= MAX_FRAMES);
		for (uint32_t i = 0; i < gif.count; i++)
			check_frame(&gif.frames[i], data, size);
		write_again(&work, &gif);
	} else {
		expect(work.err == ERR_CORRUPT_IMAGE && *work.why);
	}
	if (fuzz_probe_read_small(&probe, &work, FORMAT_GIF, data, size))
		fuzz_frames_check(&gif_reader, &work, &probe, data, size);
	pool_free(work.pool);
	return 0;
}
