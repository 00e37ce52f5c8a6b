/* probe_tiff.c: fuzzes the header of a TIFF, which the seeds have without its
   first bytes: the input's first byte chooses them. */
#include "config.h"

#include "lib/base/util.h"
#include "tests/lib/fuzz.h"
#include "tests/lib/fuzz_probe.h"

enum { START_SIZE = 4 };

static const char *const starts[] = { "II*\0", "MM\0*", "II+\0", "MM\0+" };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!size)
		return 0;
	fuzz_probe_check_behind(starts[*data % ARRAY_LEN(starts)], START_SIZE,
				data + 1, size - 1);
	return 0;
}
