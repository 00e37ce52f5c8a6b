#ifndef LIB_PICTURE_GIF_H
#define LIB_PICTURE_GIF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/work.h"

struct buf;

/* What happens to a frame's area before the next frame is drawn: numbers of
   the GIF89a specification, section 23. */
enum gif_disposal {
	GIF_KEEP = 1,
	GIF_CLEAR = 2,
	GIF_RESTORE = 3, /* to what it was before the frame */
};

/* One frame, as the file stores it. `colours` and `data` point into it. */
struct gif_frame {
	uint32_t left, top, width, height;
	uint32_t delay_cs; /* hundredths of a second */
	enum gif_disposal disposal;
	bool interlaced;
	int transparent; /* index of the colour, or -1 */
	const uint8_t *colours;
	unsigned colour_bits; /* colours: 1 << bits; 0: there are none */
	const uint8_t *data;  /* compressed, up to the block terminator */
	size_t data_len;
};

struct gif {
	uint32_t plays; /* 0: without end */
	uint32_t count;
	struct gif_frame *frames;
};

/* Finds up to `max_frames` frames. The first incomplete frame ends them;
   ERR_CORRUPT_IMAGE when there is none. */
bool gif_parse(struct gif *gif, struct work *work, const uint8_t *bytes,
	       size_t len, uint32_t max_frames) MUST_CHECK;

/* What a file consists of: the header, the frames, the trailer. False when the
   buffer's limit would be passed. */
bool gif_add_header(struct buf *buf, uint32_t width, uint32_t height,
		    uint32_t plays) MUST_CHECK;
bool gif_add_frame(struct buf *buf, const struct gif_frame *frame) MUST_CHECK;
bool gif_add_trailer(struct buf *buf) MUST_CHECK;

#endif
