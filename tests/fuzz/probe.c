/* probe.c: fuzzes the reading of headers, of whatever format. */
#include "config.h"

#include "tests/lib/fuzz.h"
#include "tests/lib/fuzz_probe.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_probe_check(data, size);
	return 0;
}
