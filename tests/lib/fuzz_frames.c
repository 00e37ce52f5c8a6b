/* fuzz_frames.c: what must hold of the frames of every animation. */
#include "config.h"

#include "tests/lib/fuzz_frames.h"

#include "tests/lib/fuzz.h"
#include "tests/lib/fuzz_render.h"

enum { MAX_FRAMES = 8 };

static void check_frame(const struct animation_frame *frame,
			const struct probe *probe)
{
	const struct bitmap *bitmap = &frame->bitmap;

	expect(bitmap->width == probe->width);
	expect(bitmap->height == probe->height);
	for (uint32_t y = 0; y < bitmap->height; y++) {
		const uint8_t *at = bitmap_row(bitmap, y);

		for (uint32_t x = 0; x < bitmap->width; x++, at += 4)
			expect(at[0] <= at[3] && at[1] <= at[3] &&
			       at[2] <= at[3]);
	}
}

void fuzz_frames_check(const struct animation_reader *reader, struct work *work,
		       const struct probe *probe, const uint8_t *data,
		       size_t size)
{
	const struct animation_source source = { .renderer = fuzz_render(),
						 .probe = probe,
						 .bytes = data,
						 .len = size };
	struct animation_frame frame;
	struct animation animation;
	void *opened;

	if (!reader->open(&opened, &animation, work, &source)) {
		expect(*work->why);
		return;
	}
	for (uint32_t i = 0; i < animation.count && i < MAX_FRAMES; i++) {
		if (!reader->next(&frame, opened, work)) {
			expect(work->err == ERR_CORRUPT_IMAGE ||
			       work->err == ERR_UNSUPPORTED_FORMAT);
			expect(*work->why);
			return;
		}
		check_frame(&frame, probe);
	}
}
