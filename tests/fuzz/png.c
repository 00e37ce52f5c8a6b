/* png.c: fuzzes the decoding of PNGs. */
#include "config.h"

#include "lib/picture/png_read.h"

#include "lib/base/pool.h"
#include "tests/lib/fuzz.h"
#include "tests/lib/fuzz_probe.h"
#include "tests/lib/fuzz_rows.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct work work = { .conf = fuzz_conf(), .pool = pool_new() };
	struct probe probe;
	struct fuzz_rows rows;

	if (fuzz_probe_read_small(&probe, &work, FORMAT_PNG, data, size)) {
		const struct row_sink sink = fuzz_rows_sink(&rows, &probe);

		fuzz_rows_check(&rows, &work,
				png_stream(&work, &probe, data, size, &sink));
	}
	pool_free(work.pool);
	return 0;
}
