#ifndef LIB_PICTURE_RENDER_H
#define LIB_PICTURE_RENDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/conf.h"
#include "lib/picture/decoder_pool.h"
#include "lib/picture/watermark.h"

/* Renders pictures with only decoding libraries and lcms2. It runs in the
   decoder process, needs no files and no system calls except for memory, and
   may end the process. */
struct renderer {
	const struct conf *conf;
	const uint8_t *srgb; /* an ICC profile */
	size_t srgb_len;
};

/* The exit status after GraphicsMagick's fatal errors, which all mean out of
   memory. */
enum { RENDER_EXIT_MEMORY = 12 };

enum { RENDER_MAX_RECIPES = 64 };

struct render_request {
	struct probe probe;
	struct watermark watermark; /* len 0: none */
	uint32_t count;
	struct recipe recipes[RENDER_MAX_RECIPES];
};

/* Called in the decoder server: starts GraphicsMagick with limits that
   environment variables cannot change. */
void render_init(struct renderer *renderer, struct pool *pool,
		 const struct conf *conf, size_t memory_bytes);

/* Returns the library's name and version: "GraphicsMagick 1.3.40 ...". */
const char *render_library(void);

/* Called once in the decoder server. */
void render_begin(void);

/* Receives the variant of recipe `index`. Its bytes are valid only during the
   call. */
typedef void (*render_done)(void *arg, uint32_t index,
			    const struct rendition *rendition);

/* Makes one variant for each recipe, the largest first. May change `bytes`. A
   recipe with `animated` must be the only one. Fails like
   decoder_pool_render(). */
bool render_all(const struct renderer *renderer, struct work *work,
		const struct render_request *request, uint8_t *bytes,
		size_t len, render_done done, void *arg) MUST_CHECK;

#endif
