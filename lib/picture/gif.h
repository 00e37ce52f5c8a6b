#ifndef LIB_PICTURE_GIF_H
#define LIB_PICTURE_GIF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/work.h"

struct buf;

/* What happens to a frame's area before the next frame is drawn: the numbers of
   the GIF89a specification, section 23. */
enum gif_disposal {
	GIF_KEEP = 1,
	GIF_CLEAR = 2,
	GIF_RESTORE = 3, /* restores what was there before the frame */
};

/* One frame, as stored in the file. `colours` and `data` point into it. */
struct gif_frame {
	uint32_t left, top, width, height;
	uint32_t delay_cs; /* hundredths of a second */
	enum gif_disposal disposal;
	bool interlaced;
	int transparent; /* index of the transparent colour, or -1 */
	const uint8_t *colours;
	unsigned colour_bits; /* there are 1 << colour_bits colours; 0: no
				 palette */
	const uint8_t *data;  /* compressed, up to the block terminator */
	size_t data_len;
};

struct gif {
	uint32_t plays; /* 0: endless */
	uint32_t count;
	struct gif_frame *frames;
};

/* Finds up to `max_frames` frames. Stops at the first incomplete frame.
   ERR_CORRUPT_IMAGE if there is no frame. */
bool gif_parse(struct gif *gif, struct work *work, const uint8_t *bytes,
	       size_t len, uint32_t max_frames) MUST_CHECK;

/* Add the parts of a file: the header, the frames, the trailer. Return false if
   the buffer would exceed its limit. */
bool gif_add_header(struct buf *buf, uint32_t width, uint32_t height,
		    uint32_t plays) MUST_CHECK;
bool gif_add_frame(struct buf *buf, const struct gif_frame *frame) MUST_CHECK;
bool gif_add_trailer(struct buf *buf) MUST_CHECK;

#endif
