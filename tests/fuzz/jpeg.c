/* jpeg.c: fuzzes the decoding of JPEGs. The input's first byte chooses how much
   they are reduced, whether they may be larger than that, and whether planes
   are accepted. */
#include "config.h"

#include "lib/picture/jpeg_read.h"

#include "lib/base/pool.h"
#include "tests/lib/fuzz.h"
#include "tests/lib/fuzz_probe.h"
#include "tests/lib/fuzz_rows.h"

static void decode(struct work *work, unsigned choice, const uint8_t *data,
		   size_t size)
{
	struct probe probe;
	struct fuzz_rows rows;
	struct row_sink sink;

	if (!fuzz_probe_read_small(&probe, work, FORMAT_JPEG, data, size))
		return;
	sink = fuzz_rows_sink(&rows, &probe);
	rows.accepts_planes = choice & 16;
	sink.tolerance = choice & 8 ? 8 : 1;
	fuzz_rows_check(&rows, work,
			jpeg_stream(work, &probe, 1.0 / (1 + choice % 8), data,
				    size, &sink));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct work work = { .conf = fuzz_conf(), .pool = pool_new() };

	if (size)
		decode(&work, *data, data + 1, size - 1);
	pool_free(work.pool);
	return 0;
}
