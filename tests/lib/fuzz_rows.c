/* fuzz_rows.c: what must hold of the rows that a decoder streams. */
#include "config.h"

#include "tests/lib/fuzz_rows.h"

#include <stdlib.h>
#include <string.h>

#include "lib/picture/bitmap.h"
#include "tests/lib/fuzz.h"

static bool begin(void *arg, const struct row_picture *picture)
{
	struct fuzz_rows *rows = arg;

	expect(picture->width && picture->width <= rows->probe->width);
	expect(picture->height && picture->height <= rows->probe->height);
	expect(!picture->profile == !picture->profile_len);
	/* A decoder may begin again in another way. */
	free(rows->row);
	rows->count = 0;
	rows->picture = *picture;
	rows->row = malloc((size_t)picture->width * 4 + BITMAP_SLACK);
	return true;
}

static bool check_row(void *arg, const uint8_t *row)
{
	struct fuzz_rows *rows = arg;

	expect(rows->count++ < rows->picture.height);
	memcpy(rows->row, row, (size_t)rows->picture.width * 4 + BITMAP_SLACK);
	if (rows->picture.colours == PROFILE_CMYK)
		return true;
	for (uint32_t x = 0; x < rows->picture.width; x++, row += 4) {
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
	return (struct row_sink){ begin, check_row, rows, 1 };
}

void fuzz_rows_check(struct fuzz_rows *rows, const struct work *work, bool ok)
{
	if (ok)
		expect(rows->count && rows->count == rows->picture.height);
	else
		expect((work->err == ERR_CORRUPT_IMAGE ||
			work->err == ERR_UNSUPPORTED_FORMAT ||
			work->err == ERR_TOO_LARGE) &&
		       *work->why);
	free(rows->row);
}
