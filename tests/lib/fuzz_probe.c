/* fuzz_probe.c: what must hold of every header that is read. */
#include "config.h"

#include "tests/lib/fuzz_probe.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/conf.h"
#include "lib/picture/foreign.h"
#include "tests/lib/fuzz.h"

enum { MAX_PIXELS = 1 << 16 };

static void check_failed(const struct work *work, const uint8_t *data,
			 size_t size)
{
	expect(work->err == ERR_UNSUPPORTED_FORMAT ||
	       work->err == ERR_CORRUPT_IMAGE);
	expect(*work->why);
	(void)foreign_name(data, size);
	(void)foreign_disguised(data, size);
}

void fuzz_probe_check(const uint8_t *data, size_t size)
{
	const struct conf *conf = fuzz_conf();
	struct work work = { .conf = conf };
	uint32_t width, height;
	struct probe probe;

	if (!probe_read(&probe, &work, data, size)) {
		check_failed(&work, data, size);
		return;
	}
	expect(probe.width && probe.height);
	expect(probe.frames >= 1 && probe.frames <= PROBE_MAX_FRAMES);
	expect(probe.orientation >= 1 && probe.orientation <= 8);
	expect((probe.format == FORMAT_JPEG) == (probe.scans > 0));
	expect(probe.surplus <= 3 * size && probe.remains < size);

	probe_upright(&probe, &width, &height);
	expect((uint64_t)width * height ==
	       (uint64_t)probe.width * probe.height);
	if (!probe_is_bearable(&probe, &work)) {
		expect(work.err == ERR_TOO_LARGE ||
		       work.err == ERR_CORRUPT_IMAGE);
		return;
	}
	expect(probe_estimate_mib(&probe) <=
	       (unsigned long)conf->decoder_memory_worker);
	expect(probe_estimate_ms(&probe, width) < 1000000);
}

void fuzz_probe_check_longer(const char *start, size_t len, const uint8_t *data,
			     size_t size, size_t zeros)
{
	uint8_t *file = calloc(1, len + size + zeros);

	memcpy(file, start, len);
	memcpy(file + len, data, size);
	fuzz_probe_check(file, len + size + zeros);
	free(file);
}

void fuzz_probe_check_behind(const char *start, size_t len, const uint8_t *data,
			     size_t size)
{
	fuzz_probe_check_longer(start, len, data, size, 0);
}

bool fuzz_probe_read_small(struct probe *probe, struct work *work,
			   enum format format, const uint8_t *data, size_t size)
{
	return probe_read(probe, work, data, size) && probe->format == format &&
	       (uint64_t)probe->width * probe->height <= MAX_PIXELS;
}
