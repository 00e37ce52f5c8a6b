/* probe_png.c: fuzzes the header of a PNG, which the seeds have without its
   first bytes. */
#include "config.h"

#include "tests/lib/fuzz.h"
#include "tests/lib/fuzz_probe.h"

static const char start[] = "\x89PNG\r\n\x1a\n\0\0\0\rIHDR";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_probe_check_behind(start, sizeof(start) - 1, data, size);
	return 0;
}
