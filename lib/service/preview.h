#ifndef LIB_SERVICE_PREVIEW_H
#define LIB_SERVICE_PREVIEW_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/work.h"

struct json;
struct tier;

enum { PREVIEW_MAX_SIDE = 2048 };

/* Describes the recipe with this text, and the size of what it makes of a
   picture of `width` x `height`. ERR_INVALID_FIELD, field "recipe". */
bool preview_describe(struct json **json, struct work *work, const char *text,
		      uint32_t width, uint32_t height) MUST_CHECK;

/*
 * Renders the sample picture by a recipe, as the pictures of users are
 * rendered, with the watermark of `tier` unless that is NULL. Stores nothing.
 * ERR_INVALID_FIELD, field "recipe", also if a side of the result has more than
 * PREVIEW_MAX_SIDE pixels, or a request may not take the time or memory for it.
 */
struct preview {
	const char *media_type;
	const uint8_t *bytes; /* belong to the pool */
	size_t len;
};
bool preview_render(struct preview *preview, struct work *work,
		    const char *text, const struct tier *tier) MUST_CHECK;

#endif
