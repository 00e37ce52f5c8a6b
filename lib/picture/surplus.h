#ifndef LIB_PICTURE_SURPLUS_H
#define LIB_PICTURE_SURPLUS_H

#include <stdint.h>

/* Some writers leave bytes in a file that no decoder reads. Up to 64 KiB, or a
   tenth of `whole` bytes, are ignored. A file with more is rejected, because
   they cost storage and time and are not part of the picture. */
static inline uint64_t surplus_most(uint64_t whole)
{
	const uint64_t always = UINT64_C(64) << 10, tenth = whole / 10;

	return tenth > always ? tenth : always;
}

/* Returns how many of `len` bytes exceed `each` bytes for each pixel, which is
   more than any encoder needs. */
static inline uint64_t surplus_of_pixels(uint64_t len, uint64_t pixels,
					 unsigned each)
{
	return len / each > pixels ? len - pixels * each : 0;
}

/* Returns the surplus if it is much of a file of `len` bytes, else 0. */
static inline uint64_t surplus_if_much(uint64_t surplus, uint64_t len)
{
	return surplus > surplus_most(len) ? surplus : 0;
}

/* Cameras and programs store their own data in pictures: previews, colour
   profiles, maps of depth or heat, layers. Up to 16 MiB, or three quarters of a
   file of `len` bytes, they are not surplus; above, all of them are. */
static inline uint64_t surplus_of_metadata(uint64_t metadata, uint64_t len)
{
	const uint64_t always = UINT64_C(16) << 20, share = len / 4 * 3;

	return metadata > (share > always ? share : always) ? metadata : 0;
}

#endif
