#ifndef LIB_PICTURE_PAINT_H
#define LIB_PICTURE_PAINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/conf.h"
#include "lib/picture/decoder_pool.h"

/*
 * Renders pictures with nothing but decoding libraries and lcms2: it runs in
 * the decoder process, needs no file and no system call but for memory, and may
 * end the process.
 */
struct paint {
	const struct conf *conf;
	const uint8_t *srgb; /* an ICC profile */
	size_t srgb_len;
};

/* What GraphicsMagick's fatal errors, all for want of memory, end with. */
enum { PAINT_EXIT_MEMORY = 12 };

enum { PAINT_MAX_RECIPES = 64 };

struct paint_task {
	struct probe probe;
	uint32_t count;
	struct recipe recipes[PAINT_MAX_RECIPES];
};

/* In the decoder server: GraphicsMagick is started with limits that no variable
   of the environment changes. */
void paint_init(struct paint *paint, struct pool *pool, const struct conf *conf,
		size_t memory_bytes);

/* The library's name and version: "GraphicsMagick 1.3.40 ...". */
const char *paint_library(void);

/* In the decoder server, once. */
void paint_begin(void);

/* Takes the variant of recipe `index`, whose bytes are lost afterwards. */
typedef void (*paint_done)(void *arg, uint32_t index,
			   const struct painted *painted);

/* Makes one variant for each recipe, the largest first. `bytes` may be changed.
   A recipe with `animated` is the only one. Fails as decoder_pool_render()
   does. */
bool paint_all(const struct paint *paint, struct work *work,
	       const struct paint_task *task, uint8_t *bytes, size_t len,
	       paint_done done, void *arg) MUST_CHECK;

#endif
