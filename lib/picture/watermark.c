/* watermark.c: draws a tier's watermark on variants. */
#include "config.h"

#include "lib/picture/watermark.h"

#include <string.h>

#include "lib/picture/resample.h"

/* Positions are those of cover crops: 0 is the left or upper side, 1 the
   centre, 2 the right or lower side. */
/* clang-format off */
static const struct {
	const char *name;
	uint32_t x, y;
} positions[] = {
	[GRAVITY_CENTRE]     = { "centre",     1, 1 },
	[GRAVITY_NORTH]      = { "north",      1, 0 },
	[GRAVITY_NORTH_EAST] = { "north-east", 2, 0 },
	[GRAVITY_EAST]       = { "east",       2, 1 },
	[GRAVITY_SOUTH_EAST] = { "south-east", 2, 2 },
	[GRAVITY_SOUTH]      = { "south",      1, 2 },
	[GRAVITY_SOUTH_WEST] = { "south-west", 0, 2 },
	[GRAVITY_WEST]       = { "west",       0, 1 },
	[GRAVITY_NORTH_WEST] = { "north-west", 0, 0 },
};
/* clang-format on */

/* The distance from the sides is the width divided by this. */
enum { MARGIN = 50 };

bool watermark_probe(struct watermark *watermark, struct work *work)
{
	const struct probe *probe = &watermark->probe;

	if (watermark->len > WATERMARK_MAX_BYTES)
		return fail(work, ERR_TOO_LARGE,
			    "a watermark has at most %d bytes, not %zu",
			    WATERMARK_MAX_BYTES, watermark->len);
	if (!probe_read(&watermark->probe, work, watermark->bytes,
			watermark->len))
		return false;
	if (probe->format != FORMAT_PNG)
		return fail(work, ERR_UNSUPPORTED_FORMAT,
			    "a watermark is a PNG, not %s",
			    format_row(probe->format)->name);
	return (probe->width <= WATERMARK_MAX_SIDE &&
		probe->height <= WATERMARK_MAX_SIDE) ||
	       fail(work, ERR_TOO_LARGE,
		    "a watermark has at most %d pixels a side, not %ux%u",
		    WATERMARK_MAX_SIDE, probe->width, probe->height);
}

bool watermark_read_position(enum gravity *position, const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(positions); i++)
		if (!strcmp(positions[i].name, name)) {
			*position = (enum gravity)i;
			return true;
		}
	return false;
}

const char *watermark_position_name(enum gravity position)
{
	return positions[position].name;
}

bool watermark_is_for(const struct watermark_place *place, uint32_t width,
		      uint32_t height)
{
	return place->opacity && width >= place->from && height >= place->from;
}

/* a * b / c, rounded to the nearest whole number of at least 1. */
static uint32_t scaled(uint32_t a, uint32_t b, uint32_t c)
{
	const uint64_t value = ((uint64_t)a * b + c / 2) / c;

	return value ? (uint32_t)value : 1;
}

static bool make_small(struct bitmap *small, struct work *work,
		       const struct bitmap *bitmap,
		       const struct watermark_place *place,
		       const struct bitmap *mark)
{
	uint32_t width = scaled(bitmap->width, place->scale, 100);
	uint32_t height = scaled(width, mark->height, mark->width);

	if (height > bitmap->height) {
		height = bitmap->height;
		width = scaled(height, mark->width, mark->height);
	}
	return bitmap_init(small, work, width, height) &&
	       resample(small, work, mark, NULL);
}

/* Returns where the watermark begins. One without room for its distance from
   the sides lies in the middle. */
static uint32_t start_of(uint32_t whole, uint32_t part, uint32_t margin,
			 uint32_t place)
{
	const uint32_t left = whole > part ? whole - part : 0;

	if (left < 2 * margin || place == 1)
		return left / 2;
	return place ? left - margin : margin;
}

static uint8_t blend(unsigned over, unsigned under, unsigned hidden)
{
	const unsigned sum = over + bitmap_product(under, 255 - hidden);

	return (uint8_t)(sum < 255 ? sum : 255);
}

/* Lanczos may make a colour larger than its alpha. */
static void draw_row(uint8_t *out, const uint8_t *in, uint32_t count,
		     uint32_t opacity)
{
	for (; count; count--, out += 4, in += 4) {
		const unsigned alpha = (in[3] * opacity + 50) / 100;

		for (int i = 0; i < 3; i++) {
			const unsigned colour = in[i] < in[3] ? in[i] : in[3];

			out[i] = blend((colour * opacity + 50) / 100, out[i],
				       alpha);
		}
		out[3] = blend(alpha, out[3], alpha);
	}
}

bool watermark_draw(struct bitmap *bitmap, struct work *work,
		    const struct watermark_place *place,
		    const struct bitmap *mark)
{
	const uint32_t margin = bitmap->width / MARGIN;
	struct bitmap small;
	uint32_t x, y;

	if (!make_small(&small, work, bitmap, place, mark))
		return false;
	x = start_of(bitmap->width, small.width, margin,
		     positions[place->position].x);
	y = start_of(bitmap->height, small.height, margin,
		     positions[place->position].y);
	for (uint32_t row = 0; row < small.height; row++)
		draw_row(bitmap_row(bitmap, y + row) + (size_t)4 * x,
			 bitmap_row(&small, row), small.width, place->opacity);
	bitmap->gray = false;
	return true;
}
