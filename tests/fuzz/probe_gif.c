/* probe_gif.c: fuzzes the header of a GIF, which the seeds have without its
   first bytes. */
#include "config.h"

#include "tests/lib/fuzz.h"
#include "tests/lib/fuzz_probe.h"

static const char start[] = "GIF89a";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_probe_check_behind(start, sizeof(start) - 1, data, size);
	return 0;
}
