#ifndef LIB_PICTURE_PROBE_H
#define LIB_PICTURE_PROBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/work.h"
#include "lib/picture/format.h"

/*
 * A picture's header, read without a decoder. `width` and `height` are those of
 * the canvas as stored, before orientation, in pixels: at least 1.
 * `orientation` is EXIF's (1 to 8, CIPA DC-008 4.6.5.A; 1 if absent or wrong).
 * `frames` also counts pages, and stops at PROBE_MAX_FRAMES; `scans` counts a
 * JPEG's SOS markers. `pixel_bits` is the size of a pixel of a JPEG, PNG or
 * TIFF as stored, before compression and subsampling, and for a TIFF also of a
 * copy that decoding needs.
 */
struct probe {
	enum format format;
	uint32_t width, height;
	uint32_t frames;
	uint32_t scans;
	unsigned orientation;
	bool progressive;
	bool alpha;       /* may have transparent pixels */
	bool gray;        /* samples are gray, not colours or palette indices */
	uint64_t surplus; /* bytes that are not part of the picture, if they are
			     many (surplus.h), else 0 */
	uint64_t remains; /* bytes at the end of the file that belong to an
			     older picture and must not be kept */
	unsigned pixel_bits;
	bool whole; /* a JPEG or PNG whose rows are complete only after all
		       data: interlaced, or in several scans */
};

enum { PROBE_MAX_FRAMES = 100000 };

/* Reads every byte at most once, and trusts none. ERR_UNSUPPORTED_FORMAT if the
   format is not accepted, or if no decoder here supports this variant of it;
   ERR_CORRUPT_IMAGE if the header is damaged or says 0 pixels. */
bool probe_read(struct probe *probe, struct work *work, const uint8_t *bytes,
		size_t len) MUST_CHECK;

/*
 * Fails with ERR_TOO_LARGE if the picture exceeds the limits of the service for
 * all users: the settings max_pixels, max_side and max_scans; the memory of a
 * decoder process for its format (decoder_memory_worker), and for the engine
 * the memory of all of them together (decoder_memory_total). Fails with
 * ERR_CORRUPT_IMAGE if much of the file is not part of the picture.
 */
bool probe_is_bearable(const struct probe *probe, struct work *work) MUST_CHECK;

/* Width and height after orientation. */
void probe_upright(const struct probe *probe, uint32_t *width,
		   uint32_t *height);

/* Estimated milliseconds of rendering, and MiB of memory. A JPEG is reduced
   during decoding, so `largest_side` of its variants matters. */
unsigned probe_estimate_ms(const struct probe *probe, uint32_t largest_side);
unsigned probe_estimate_mib(const struct probe *probe);

#endif
