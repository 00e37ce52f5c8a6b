#ifndef LIB_PICTURE_PAINT_H
#define LIB_PICTURE_PAINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/conf.h"
#include "lib/picture/decoder_pool.h"

/* Renders pictures with only decoding libraries and lcms2. It runs in the
   decoder process, needs no files and no system calls except for memory, and
   may end the process. */
struct paint {
	const struct conf *conf;
	const uint8_t *srgb; /* an ICC profile */
	size_t srgb_len;
};

/* The exit status after GraphicsMagick's fatal errors, which all mean out of
   memory. */
enum { PAINT_EXIT_MEMORY = 12 };

enum { PAINT_MAX_RECIPES = 64 };

struct paint_task {
	struct probe probe;
	uint32_t count;
	struct recipe recipes[PAINT_MAX_RECIPES];
};

/* Called in the decoder server: starts GraphicsMagick with limits that
   environment variables cannot change. */
void paint_init(struct paint *paint, struct pool *pool, const struct conf *conf,
		size_t memory_bytes);

/* Returns the library's name and version: "GraphicsMagick 1.3.40 ...". */
const char *paint_library(void);

/* Called once in the decoder server. */
void paint_begin(void);

/* Receives the variant of recipe `index`. Its bytes are valid only during the
   call. */
typedef void (*paint_done)(void *arg, uint32_t index,
			   const struct painted *painted);

/* Makes one variant for each recipe, the largest first. May change `bytes`. A
   recipe with `animated` must be the only one. Fails like
   decoder_pool_render(). */
bool paint_all(const struct paint *paint, struct work *work,
	       const struct paint_task *task, uint8_t *bytes, size_t len,
	       paint_done done, void *arg) MUST_CHECK;

#endif
