/* bmp.c: fuzzes the decoding of BMPs: header, run lengths, profile, pixels. */
#include "config.h"

#include "lib/picture/bmp_read.h"

#include "lib/base/pool.h"
#include "lib/picture/bmp_profile.h"
#include "lib/picture/bmp_rle.h"
#include "tests/lib/fuzz.h"
#include "tests/lib/fuzz_probe.h"
#include "tests/lib/fuzz_render.h"

static void read_run_lengths(struct work *work, struct bytes file)
{
	struct bmp_header header;
	struct bmp_rle rle;

	expect(bmp_header_read(&header, work, file));
	if (!bmp_is_rle(&header))
		return;
	bmp_rle_init(&rle, work, &header, file);
	for (uint32_t y = 0; y < header.height; y++) {
		if (!bmp_rle_read_row(&rle, work)) {
			expect(*work->why);
			return;
		}
		for (uint32_t x = 0; x < header.width; x++)
			expect(rle.indices[x] < 1u << header.bits);
	}
}

static void read_image(struct work *work, const struct probe *probe,
		       struct bytes file)
{
	Image *image;

	if (!bmp_read(&image, work, probe, file.data, file.len)) {
		expect(work->err == ERR_CORRUPT_IMAGE ||
		       work->err == ERR_TOO_LARGE);
		expect(*work->why);
		return;
	}
	expect(image->columns == probe->width && image->rows == probe->height);
	DestroyImage(image);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct work work = { .conf = fuzz_conf(), .pool = pool_new() };
	const struct bytes file = { data, size };
	struct probe probe;
	size_t len;

	(void)fuzz_render();
	if (fuzz_probe_read_small(&probe, &work, FORMAT_BMP, data, size)) {
		const uint8_t *profile = bmp_profile(work.pool, &len, file);

		expect(!profile || len);
		read_run_lengths(&work, file);
		read_image(&work, &probe, file);
	}
	pool_free(work.pool);
	return 0;
}
