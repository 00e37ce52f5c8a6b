/* bitmap.c: bitmaps in memory: allocates, rotates and flattens them. */
#include "config.h"

#include "lib/picture/bitmap.h"

#include <string.h>

#include "lib/base/pool.h"

static bool allocate(struct bitmap *bitmap, struct work *work, uint32_t width,
		     uint32_t height, unsigned channels)
{
	const size_t stride = (size_t)width * channels + BITMAP_SLACK;

	*bitmap = (struct bitmap){ .width = width,
				   .height = height,
				   .channels = channels,
				   .stride = stride };
	bitmap->pixels = pool_try_alloc(work->pool, stride * height);
	return bitmap->pixels ||
	       fail(work, ERR_TOO_LARGE, "no memory for %ux%u pixels", width,
		    height);
}

bool bitmap_init(struct bitmap *bitmap, struct work *work, uint32_t width,
		 uint32_t height)
{
	return allocate(bitmap, work, width, height, BITMAP_CHANNELS);
}

bool bitmap_init_plane(struct bitmap *plane, struct work *work, uint32_t width,
		       uint32_t height)
{
	return allocate(plane, work, width, height, 1);
}

bool bitmap_copy(struct bitmap *copy, struct work *work,
		 const struct bitmap *bitmap)
{
	struct bitmap made;

	if (!bitmap_init(&made, work, bitmap->width, bitmap->height))
		return false;
	memcpy(made.pixels, bitmap->pixels, made.stride * made.height);
	made.gray = bitmap->gray;
	made.alpha = bitmap->alpha;
	*copy = made;
	return true;
}

/* Where pixel x, y of the upright picture is stored. */
struct place {
	uint32_t x, y;
};

static struct place stored_at(const struct bitmap *stored, unsigned orientation,
			      uint32_t x, uint32_t y)
{
	const uint32_t right = stored->width - 1, bottom = stored->height - 1;

	switch (orientation) {
	case 2:
		return (struct place){ right - x, y };
	case 3:
		return (struct place){ right - x, bottom - y };
	case 4:
		return (struct place){ x, bottom - y };
	case 5:
		return (struct place){ y, x };
	case 6:
		return (struct place){ y, bottom - x };
	case 7:
		return (struct place){ right - y, bottom - x };
	case 8:
		return (struct place){ right - y, x };
	default:
		return (struct place){ x, y };
	}
}

static inline void copy_turned(const struct bitmap *upright,
			       const struct bitmap *stored,
			       unsigned orientation, size_t channels)
{
	for (uint32_t y = 0; y < upright->height; y++) {
		uint8_t *out = bitmap_row(upright, y);

		for (uint32_t x = 0; x < upright->width; x++, out += channels) {
			const struct place at =
				stored_at(stored, orientation, x, y);

			memcpy(out, bitmap_row(stored, at.y) + at.x * channels,
			       channels);
		}
	}
}

bool bitmap_turn(struct bitmap *bitmap, struct work *work, unsigned orientation)
{
	const bool lies = orientation >= 5;
	const struct bitmap stored = *bitmap;
	struct bitmap upright;

	if (orientation <= 1)
		return true;
	if (!allocate(&upright, work, lies ? stored.height : stored.width,
		      lies ? stored.width : stored.height, stored.channels))
		return false;
	if (stored.channels == 1)
		copy_turned(&upright, &stored, orientation, 1);
	else
		copy_turned(&upright, &stored, orientation, BITMAP_CHANNELS);
	upright.gray = stored.gray;
	upright.alpha = stored.alpha;
	*bitmap = upright;
	return true;
}

void bitmap_drop_alpha(struct bitmap *bitmap)
{
	for (uint32_t y = 0; bitmap->alpha && y < bitmap->height; y++) {
		const uint8_t *at = bitmap_row(bitmap, y);

		for (uint32_t x = 0; x < bitmap->width; x++, at += 4)
			if (at[3] < 255)
				return;
	}
	bitmap->alpha = false;
}

/* Lanczos may make a colour larger than its alpha. */
static uint8_t on_white(uint8_t colour, uint8_t alpha)
{
	const unsigned sum = colour + 255u - alpha;

	return (uint8_t)(sum < 255 ? sum : 255);
}

void bitmap_flatten(struct bitmap *bitmap)
{
	for (uint32_t y = 0; bitmap->alpha && y < bitmap->height; y++) {
		uint8_t *at = bitmap_row(bitmap, y);

		for (uint32_t x = 0; x < bitmap->width; x++, at += 4) {
			for (int i = 0; i < 3; i++)
				at[i] = on_white(at[i], at[3]);
			at[3] = 255;
		}
	}
	bitmap->alpha = false;
}

bool bitmap_is_gray(const struct bitmap *bitmap)
{
	for (uint32_t y = 0; !bitmap->gray && y < bitmap->height; y++) {
		const uint8_t *at = bitmap_row(bitmap, y);

		for (uint32_t x = 0; x < bitmap->width; x++, at += 4)
			if (at[0] != at[1] || at[0] != at[2])
				return false;
	}
	return true;
}
