/* probe.c: fuzzes the reading of headers, and of a TIFF's directories. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/conf.h"
#include "lib/picture/probe.h"
#include "lib/picture/tiff_directory.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool holds)
{
	if (!holds)
		abort();
}

/* Where values lie within the directory, the picture may become another one:
   its decoder compares the size. */
static void reduce_directory(const uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(size);

	memcpy(copy, data, size);
	(void)tiff_directory_reduce(copy, size);
	free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct conf conf;
	struct work work = { .conf = &conf };
	uint32_t width, height;
	struct probe probe;

	if (!conf.max_pixels)
		conf_init(&conf);
	if (!probe_read(&probe, &work, data, size)) {
		expect(work.err == ERR_UNSUPPORTED_FORMAT ||
		       work.err == ERR_CORRUPT_IMAGE);
		expect(*work.why);
		return 0;
	}
	expect(probe.width && probe.height);
	expect(probe.frames >= 1 && probe.frames <= PROBE_MAX_FRAMES);
	expect(probe.orientation >= 1 && probe.orientation <= 8);
	expect((probe.format == FORMAT_JPEG) == (probe.scans > 0));

	if (probe.format == FORMAT_TIFF)
		reduce_directory(data, size);

	probe_upright(&probe, &width, &height);
	expect((uint64_t)width * height ==
	       (uint64_t)probe.width * probe.height);
	if (probe_is_bearable(&probe, &work))
		expect(probe_estimate_mib(&probe) <=
			       (unsigned long)conf.painter_memory_worker &&
		       probe_estimate_ms(&probe, width) < 1000000);
	else
		expect(work.err == ERR_TOO_LARGE);
	return 0;
}
