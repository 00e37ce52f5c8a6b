/* png_rows.c: decodes the pixels of a PNG. */
#include "config.h"

#include "lib/picture/png_rows.h"

#include <string.h>

#include "lib/base/pool.h"
#include "lib/picture/bitmap.h"
#include "lib/picture/png_filter.h"
#include "lib/picture/png_inflate.h"

struct reading {
	struct work *work;
	struct bytes file;
	const struct png_header *header;
	const struct png_form *form;
	struct pool *pool; /* for memory that only the rows need */
	struct png_inflate *inflate;
	uint8_t *line, *above; /* a row with its filter, and the previous row */
	uint8_t *pixels;       /* pixels of that row */
	uint8_t *canvas;       /* all rows of an interlaced picture */
};

/* The pixels of each pass of an interlaced picture (W3C PNG 8.2). */
struct pass {
	uint32_t x, y, x_step, y_step;
};

static const struct pass adam7[] = {
	{ 0, 0, 8, 8 }, { 4, 0, 8, 8 }, { 0, 4, 4, 8 }, { 2, 0, 4, 4 },
	{ 0, 2, 2, 4 }, { 1, 0, 2, 2 }, { 0, 1, 1, 2 },
};
static const struct pass whole = { 0, 0, 1, 1 };

static uint32_t pass_side(uint32_t side, uint32_t first, uint32_t step)
{
	return side > first ? (side - first + step - 1) / step : 0;
}

/* Returns the decompressed length of a pass: each row begins with its
   filter. */
static uint64_t pass_len(const struct reading *r, const struct pass *pass)
{
	const uint32_t width =
		pass_side(r->header->width, pass->x, pass->x_step);
	const uint32_t height =
		pass_side(r->header->height, pass->y, pass->y_step);

	return width ? (png_samples_row_len(&r->header->samples, width) + 1) *
			       (uint64_t)height
		     : 0;
}

static uint64_t total_len(const struct reading *r)
{
	uint64_t sum = 0;

	if (!r->header->is_interlaced)
		return pass_len(r, &whole);
	for (size_t i = 0; i < ARRAY_LEN(adam7); i++)
		sum += pass_len(r, &adam7[i]);
	return sum;
}

static bool begin_rows(struct reading *r)
{
	const uint32_t width = r->header->width;
	const size_t line = 1 +
			    png_samples_row_len(&r->header->samples, width) +
			    PNG_INFLATE_SLACK;
	const size_t pixels = width * r->form->size;

	_Static_assert((int)PNG_INFLATE_SLACK >= (int)PNG_FILTER_SLACK,
		       "a line has one slack for both");
	/* png_inflate_read() counts with 32 bits. */
	if (line <= UINT32_MAX) {
		r->line = pool_try_alloc(r->pool, line);
		r->above = pool_try_alloc(r->pool, line);
	}
	r->pixels = pool_try_alloc(r->pool, pixels + BITMAP_SLACK);
	if (r->header->is_interlaced)
		r->canvas = pool_try_alloc(r->pool, pixels * r->header->height +
							    BITMAP_SLACK);
	r->inflate = png_inflate_new(r->pool, r->work, r->file,
				     r->header->offset, total_len(r));
	return (r->line && r->above && r->pixels &&
		(r->canvas || !r->header->is_interlaced)) ||
	       fail(r->work, ERR_TOO_LARGE, "no memory for %ux%u pixels", width,
		    r->header->height);
}

/* Reads the next row. It becomes `above` of the row after it. */
static bool read_row(struct reading *r, uint32_t width)
{
	const size_t len = png_samples_row_len(&r->header->samples, width);
	uint8_t *line = r->line;

	if (!png_inflate_read(r->inflate, line, (uint32_t)len + 1))
		return false;
	if (!png_filter_undo(line + 1, r->above + 1, len, line[0],
			     png_samples_step(&r->header->samples)))
		return fail(r->work, ERR_CORRUPT_IMAGE,
			    "damaged: bad adaptive filter value");
	r->form->convert(r->pixels, &r->header->samples, line + 1, width);
	r->line = r->above;
	r->above = line;
	return true;
}

static void begin_pass(struct reading *r)
{
	memset(r->above, 0,
	       1 + png_samples_row_len(&r->header->samples, r->header->width));
}

static void scatter(struct reading *r, const struct pass *pass, uint32_t y,
		    uint32_t count)
{
	const size_t size = r->form->size, step = pass->x_step * size;
	const uint8_t *in = r->pixels;
	uint8_t *out =
		r->canvas + ((size_t)r->header->width * y + pass->x) * size;

	for (; count; count--, out += step, in += size)
		memcpy(out, in, size);
}

static bool read_pass(struct reading *r, const struct pass *pass)
{
	const uint32_t width =
		pass_side(r->header->width, pass->x, pass->x_step);

	begin_pass(r);
	for (uint32_t y = pass->y; width && y < r->header->height;
	     y += pass->y_step) {
		if (!read_row(r, width))
			return false;
		scatter(r, pass, y, width);
	}
	return true;
}

/* Only the last pass completes the rows. */
static bool put_interlaced(struct reading *r, png_rows_put *put, void *arg)
{
	const size_t len = r->header->width * r->form->size;

	for (size_t i = 0; i < ARRAY_LEN(adam7); i++)
		if (!read_pass(r, &adam7[i]))
			return false;
	for (uint32_t y = 0; y < r->header->height; y++)
		if (!put(arg, r->canvas + len * y))
			return false;
	return true;
}

static bool put_rows(struct reading *r, png_rows_put *put, void *arg)
{
	begin_pass(r);
	for (uint32_t y = 0; y < r->header->height; y++)
		if (!read_row(r, r->header->width) || !put(arg, r->pixels))
			return false;
	return true;
}

bool png_rows_read(struct work *work, struct bytes file,
		   const struct png_header *header, const struct png_form *form,
		   png_rows_put *put, void *arg)
{
	struct reading r = { .work = work,
			     .file = file,
			     .header = header,
			     .form = form,
			     .pool = pool_new() };
	const bool ok = begin_rows(&r) &&
			(header->is_interlaced ? put_interlaced(&r, put, arg)
					       : put_rows(&r, put, arg)) &&
			png_inflate_end(r.inflate);

	pool_free(r.pool);
	return ok;
}
