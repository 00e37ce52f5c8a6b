/* webp.c: fuzzes the container of WebPs, and the frames in it. */
#include "config.h"

#include "lib/picture/webp_frame.h"

#include <string.h>

#include "lib/base/pool.h"
#include "tests/lib/fuzz_frames.h"
#include "tests/lib/fuzz.h"
#include "tests/lib/fuzz_probe.h"

/* The frame that is taken out is a WebP without an animation. */
static void check_first_frame(struct work *work, const uint8_t *data,
			      size_t size)
{
	struct webp_frame frame;

	if (!webp_first_frame(&frame, work, data, size)) {
		expect(work->err == ERR_CORRUPT_IMAGE && *work->why);
		return;
	}
	expect(frame.len >= 12 && !memcmp(frame.bytes, "RIFF", 4));
	expect(!webp_is_animated(frame.bytes, frame.len));
	fuzz_probe_check(frame.bytes, frame.len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct work work = { .conf = fuzz_conf(), .pool = pool_new() };
	struct probe probe;

	check_first_frame(&work, data, size);
	if (webp_is_animated(data, size) &&
	    fuzz_probe_read_small(&probe, &work, FORMAT_WEBP, data, size))
		fuzz_frames_check(&webp_reader, &work, &probe, data, size);
	pool_free(work.pool);
	return 0;
}
