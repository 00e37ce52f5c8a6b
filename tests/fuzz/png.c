/* png.c: fuzzes the decoding of PNGs. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/conf.h"
#include "lib/base/pool.h"
#include "lib/picture/bitmap.h"
#include "lib/picture/png_read.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Larger pictures take longer, and show nothing else. */
enum { MAX_PIXELS = 1 << 20 };

struct rows {
	const struct probe *probe;
	struct row_picture picture;
	uint8_t *row;
	uint32_t count;
};

static void expect(bool holds)
{
	if (!holds)
		abort();
}

static bool begin(void *arg, const struct row_picture *picture)
{
	struct rows *rows = arg;

	expect(picture->width == rows->probe->width);
	expect(picture->height == rows->probe->height);
	expect(!picture->profile == !picture->profile_len);
	rows->picture = *picture;
	rows->row = malloc((size_t)picture->width * 4 + BITMAP_SLACK);
	return true;
}

/* Each colour is multiplied by alpha. */
static bool check_row(void *arg, const uint8_t *row)
{
	struct rows *rows = arg;

	expect(rows->count++ < rows->picture.height);
	memcpy(rows->row, row, (size_t)rows->picture.width * 4 + BITMAP_SLACK);
	for (uint32_t x = 0; x < rows->picture.width; x++, row += 4) {
		expect(row[0] <= row[3] && row[1] <= row[3] &&
		       row[2] <= row[3]);
		expect(rows->picture.alpha || row[3] == 255);
	}
	return true;
}

static void decode(struct work *work, const struct probe *probe,
		   const uint8_t *data, size_t size)
{
	struct rows rows = { .probe = probe };
	const struct row_sink sink = { begin, check_row, &rows, 1 };

	if (png_stream(work, probe, data, size, &sink))
		expect(rows.count == probe->height);
	else
		expect((work->err == ERR_CORRUPT_IMAGE ||
			work->err == ERR_TOO_LARGE) &&
		       *work->why);
	free(rows.row);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct conf conf;
	struct work work = { .conf = &conf, .pool = pool_new() };
	struct probe probe;

	if (!conf.max_pixels)
		conf_init(&conf);
	if (probe_read(&probe, &work, data, size) &&
	    probe.format == FORMAT_PNG &&
	    (uint64_t)probe.width * probe.height <= MAX_PIXELS)
		decode(&work, &probe, data, size);
	pool_free(work.pool);
	return 0;
}
