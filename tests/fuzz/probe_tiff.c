/* probe_tiff.c: fuzzes the header of a TIFF, which the seeds have without its
   first bytes: the input's first byte chooses them, and whether the file is
   long enough to hold much that is no part of it. */
#include "config.h"

#include "lib/base/util.h"
#include "tests/lib/fuzz.h"
#include "tests/lib/fuzz_probe.h"

enum { START_SIZE = 4, LONG = 1 << 17 };

static const char *const starts[] = { "II*\0", "MM\0*", "II+\0", "MM\0+" };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *start;

	if (!size)
		return 0;
	start = starts[*data % ARRAY_LEN(starts)];
	if (*data & 0x80)
		fuzz_probe_check_longer(start, START_SIZE, data + 1, size - 1,
					LONG);
	else
		fuzz_probe_check_behind(start, START_SIZE, data + 1, size - 1);
	return 0;
}
