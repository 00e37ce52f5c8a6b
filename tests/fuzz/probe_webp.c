/* probe_webp.c: fuzzes the header of a WebP, which the seeds have without its
   first bytes: RIFF, the length, WEBP. */
#include "config.h"

#include <stdio.h>

#include "tests/lib/fuzz.h"
#include "tests/lib/fuzz_probe.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const size_t len = size + 4;
	const char start[] = { 'R',
			       'I',
			       'F',
			       'F',
			       (char)len,
			       (char)(len >> 8),
			       (char)(len >> 16),
			       (char)(len >> 24),
			       'W',
			       'E',
			       'B',
			       'P' };

	fuzz_probe_check_behind(start, sizeof(start), data, size);
	return 0;
}
