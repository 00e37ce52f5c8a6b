#ifndef LIB_PICTURE_PROBE_H
#define LIB_PICTURE_PROBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/work.h"
#include "lib/picture/format.h"

/*
 * What a picture's header says, read without a decoder. `width` and `height`
 * are those of the canvas as stored, before orientation, in pixels: at least
 * 1. `orientation` is EXIF's (1 to 8, CIPA DC-008 4.6.5.A; 1 when absent or
 * wrong). `frames` counts pages too and stops at PROBE_MAX_FRAMES; `scans`
 * counts a JPEG's SOS markers. `pixel_bits` is what a pixel of a JPEG, PNG or
 * TIFF has as stored, before compression and subsampling.
 */
struct probe {
	enum format format;
	uint32_t width, height;
	uint32_t frames;
	uint32_t scans;
	unsigned orientation;
	bool progressive;
	bool alpha; /* may hold transparent pixels */
	bool gray;  /* has samples of gray, not of colours or of a palette */
	uint64_t surplus; /* bytes that are no part of the picture, if these are
			     many (surplus.h), else 0 */
	uint64_t remains; /* bytes at the end of the file that are of an older
			     picture, and must not be kept */
	unsigned pixel_bits;
	bool whole; /* of a JPEG or PNG no row is complete before all data are
		       read: it is interlaced or in several scans */
};

enum { PROBE_MAX_FRAMES = 100000 };

/*
 * Reads every byte at most once and trusts none. ERR_UNSUPPORTED_FORMAT when
 * it is none of the formats, or a kind of one that no decoder here takes;
 * ERR_CORRUPT_IMAGE when the header is damaged or says 0 pixels.
 */
bool probe_read(struct probe *probe, struct work *work, const uint8_t *bytes,
		size_t len) MUST_CHECK;

/*
 * Fails with ERR_TOO_LARGE when the picture is beyond what the service takes
 * from anyone: the settings max_pixels, max_side and max_scans, and what its
 * format's painter would need in memory (painter_memory_worker), or the engine
 * of what all together have (decoder_memory_total). And with
 * ERR_CORRUPT_IMAGE when much of the file is no part of the picture.
 */
bool probe_is_bearable(const struct probe *probe, struct work *work) MUST_CHECK;

/* Width and height as people see them, after orientation. */
void probe_upright(const struct probe *probe, uint32_t *width,
		   uint32_t *height);

/* Estimated milliseconds of painting, and MiB of memory: a JPEG is reduced
   while it is read, so `largest_side` of its variants counts. */
unsigned probe_estimate_ms(const struct probe *probe, uint32_t largest_side);
unsigned probe_estimate_mib(const struct probe *probe);

#endif
