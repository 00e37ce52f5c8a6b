/* fuzz_rows.c: what must hold of the rows that a decoder streams. */
#include "config.h"

#include "tests/lib/fuzz_rows.h"

#include <stdlib.h>
#include <string.h>

#include "lib/picture/bitmap.h"
#include "tests/lib/fuzz.h"

static bool accepts_planes(void *arg, const struct row_picture *picture)
{
	const struct fuzz_rows *rows = arg;

	expect(picture->plane_count == 1);
	return rows->accepts_planes;
}

static bool begin(void *arg, const struct row_picture *picture)
{
	struct fuzz_rows *rows = arg;

	expect(picture->plane_count == 1 || rows->accepts_planes);
	for (unsigned i = 0; i < picture->plane_count; i++) {
		const struct row_plane *plane = &picture->planes[i];

		expect(plane->width && plane->width <= rows->probe->width);
		expect(plane->height && plane->height <= rows->probe->height);
		rows->counts[i] = 0;
	}
	expect(!picture->profile == !picture->profile_len);
	/* A decoder may begin again in another way. */
	free(rows->row);
	rows->picture = *picture;
	rows->row = malloc((size_t)picture->planes[0].width * 4 + BITMAP_SLACK);
	return true;
}

static bool check_plane_row(void *arg, unsigned plane, const uint8_t *row)
{
	struct fuzz_rows *rows = arg;
	const struct row_plane *of = &rows->picture.planes[plane];

	expect(plane < rows->picture.plane_count);
	expect(rows->counts[plane]++ < of->height);
	memcpy(rows->row, row, of->width + BITMAP_SLACK);
	return true;
}

static bool check_row(void *arg, const uint8_t *row)
{
	struct fuzz_rows *rows = arg;

	expect(rows->counts[0]++ < rows->picture.planes[0].height);
	memcpy(rows->row, row,
	       (size_t)rows->picture.planes[0].width * 4 + BITMAP_SLACK);
	if (rows->picture.colours == PROFILE_CMYK)
		return true;
	for (uint32_t x = 0; x < rows->picture.planes[0].width; x++, row += 4) {
		expect(row[0] <= row[3] && row[1] <= row[3] &&
		       row[2] <= row[3]);
		expect(rows->picture.alpha || row[3] == 255);
	}
	return true;
}

struct row_sink fuzz_rows_sink(struct fuzz_rows *rows,
			       const struct probe *probe)
{
	*rows = (struct fuzz_rows){ .probe = probe };
	return (struct row_sink){
		.begin = begin,
		.row = check_row,
		.arg = rows,
		.tolerance = 1,
		.accepts_planes = accepts_planes,
		.plane_row = check_plane_row,
	};
}

void fuzz_rows_check(struct fuzz_rows *rows, const struct work *work, bool ok)
{
	for (unsigned i = 0; ok && i < rows->picture.plane_count; i++)
		expect(rows->counts[i] == rows->picture.planes[i].height);
	if (ok)
		expect(rows->counts[0]);
	else
		expect((work->err == ERR_CORRUPT_IMAGE ||
			work->err == ERR_UNSUPPORTED_FORMAT ||
			work->err == ERR_TOO_LARGE) &&
		       *work->why);
	free(rows->row);
}
