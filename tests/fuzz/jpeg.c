/* jpeg.c: fuzzes the decoding of JPEGs that are reduced. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/conf.h"
#include "lib/base/pool.h"
#include "lib/picture/bitmap.h"
#include "lib/picture/jpeg_read.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Larger pictures take longer, and show nothing else. */
enum { MAX_PIXELS = 1 << 18 };

struct rows {
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

	expect(picture->width && picture->height);
	free(rows->row);
	*rows = (struct rows){ .picture = *picture };
	rows->row = malloc((size_t)picture->width * 4 + BITMAP_SLACK);
	return true;
}

static bool keep_row(void *arg, const uint8_t *row)
{
	struct rows *rows = arg;

	expect(rows->count++ < rows->picture.height);
	memcpy(rows->row, row, (size_t)rows->picture.width * 4 + BITMAP_SLACK);
	return true;
}

static void decode(struct work *work, const struct probe *probe,
		   const uint8_t *data, size_t size, double scale)
{
	struct rows rows = { 0 };
	const struct row_sink sink = { begin, keep_row, &rows, 8 };

	if (jpeg_stream(work, probe, scale, data, size, &sink))
		expect(rows.count == rows.picture.height);
	else
		expect(work->err && *work->why);
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
	    probe.format == FORMAT_JPEG &&
	    (uint64_t)probe.width * probe.height <= MAX_PIXELS)
		for (double scale = 0.125; scale < 1; scale *= 2)
			decode(&work, &probe, data, size, scale);
	pool_free(work.pool);
	return 0;
}
