/* smart.c: finds the part of a picture that a crop should keep. */
#include "config.h"

#include "lib/picture/smart.h"

#include <math.h>
#include <stdlib.h>

/* What people look at, in sums over the rows or columns of the reduced
   picture. */
struct profile_of_interest {
	uint32_t count;
	double sums[SMART_SIDE];
};

static int brightness(const uint8_t *pixel)
{
	return (77 * pixel[0] + 150 * pixel[1] + 29 * pixel[2]) >> 8;
}

/* Returns 0 to 255: how much a pixel differs from its neighbours. */
static int edge_at(const struct bitmap *look, uint32_t x, uint32_t y)
{
	const uint32_t left = x ? x - 1 : 0, above = y ? y - 1 : 0;
	const uint32_t right = x + 1 < look->width ? x + 1 : x;
	const uint32_t below = y + 1 < look->height ? y + 1 : y;
	const uint8_t *row = bitmap_row(look, y);
	const int across =
		abs(brightness(row + 4 * left) - brightness(row + 4 * right));
	const int down = abs(brightness(bitmap_row(look, above) + 4 * x) -
			     brightness(bitmap_row(look, below) + 4 * x));

	return across > down ? across : down;
}

/* Returns 0 to 1. Very dark and very bright colours are never conspicuous. */
static double saturation_of(const uint8_t *pixel)
{
	const int largest = pixel[0] > pixel[1] ? pixel[0] : pixel[1];
	const int smallest = pixel[0] < pixel[1] ? pixel[0] : pixel[1];
	const int max = largest > pixel[2] ? largest : pixel[2];
	const int min = smallest < pixel[2] ? smallest : pixel[2];

	return max < 48 ? 0 : (double)(max - min) / max;
}

/* Returns 0 to 1: the direction of the colour, compared with that of skin of
   any brightness. */
static double skin_of(const uint8_t *pixel)
{
	static const double skin[] = { 0.78, 0.57, 0.44 };
	const double length =
		sqrt((double)(pixel[0] * pixel[0] + pixel[1] * pixel[1] +
			      pixel[2] * pixel[2]));
	const double least = 0.97;
	double product = 0;

	if (brightness(pixel) < 40 || brightness(pixel) > 240)
		return 0;
	for (int i = 0; i < 3; i++)
		product += skin[i] * pixel[i] / 1.0617;
	product /= length;
	return product < least ? 0 : (product - least) / (1 - least);
}

/* Plain areas, such as a blue sky or a wall of sandstone, count little. */
static double interest_at(const struct bitmap *look, uint32_t x, uint32_t y)
{
	const uint8_t *pixel = bitmap_row(look, y) + (size_t)4 * x;
	const double edge = edge_at(look, x, y) / 255.0;
	const double plain = 0.05;

	return edge +
	       (edge + plain) * (2 * skin_of(pixel) + saturation_of(pixel));
}

static void sum_up(struct profile_of_interest *profile,
		   const struct bitmap *look, bool by_columns)
{
	*profile = (struct profile_of_interest){
		.count = by_columns ? look->width : look->height,
	};
	for (uint32_t y = 0; y < look->height; y++)
		for (uint32_t x = 0; x < look->width; x++)
			profile->sums[by_columns ? x : y] +=
				interest_at(look, x, y);
}

/* Returns the interest of a part: from 1 in its middle to 0 at its ends. */
static double interest_of(const struct profile_of_interest *profile,
			  double start, double extent)
{
	double sum = 0;

	for (uint32_t i = 0; i < profile->count; i++) {
		const double at = (i + 0.5 - start) / extent * 2 - 1;

		if (at > -1 && at < 1)
			sum += profile->sums[i] * (1 - at * at);
	}
	return sum;
}

/* Returns the centre of the best part of `share` of the whole, 0 to 1. Tries
   the places from the middle outwards, so that equal ones stay there. */
static double find_centre(const struct profile_of_interest *profile,
			  double share)
{
	enum { STEPS = 64 };
	const double extent = share * profile->count;
	double best = -1, found = 0.5;

	for (int i = 0; i <= 2 * STEPS; i++) {
		const int step = i % 2 ? (i + 1) / 2 : -i / 2;
		const double centre = 0.5 + (1 - share) / 2 * step / STEPS;
		const double interest = interest_of(
			profile, centre * profile->count - extent / 2, extent);

		if (interest > best * 1.0001) {
			best = interest;
			found = centre;
		}
	}
	return found;
}

/* A crop touches two opposite sides, so only one direction is free. */
struct focus smart_focus(const struct bitmap *look, const struct recipe *recipe,
			 uint32_t width, uint32_t height)
{
	const struct recipe_plan plan = recipe_plan(recipe, width, height);
	struct focus focus = { 0.5, 0.5 };
	struct profile_of_interest profile;

	if (plan.crop_width < width) {
		sum_up(&profile, look, true);
		focus.x =
			find_centre(&profile, (double)plan.crop_width / width);
	} else if (plan.crop_height < height) {
		sum_up(&profile, look, false);
		focus.y = find_centre(&profile,
				      (double)plan.crop_height / height);
	}
	return focus;
}
