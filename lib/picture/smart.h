#ifndef LIB_PICTURE_SMART_H
#define LIB_PICTURE_SMART_H

#include "lib/picture/bitmap.h"
#include "lib/picture/recipe.h"

/* The longest side of the reduced picture that smart_focus() looks at. */
enum { SMART_SIDE = 128 };

/*
 * Returns the focus of the crop of FIT_COVER that keeps the most of what people
 * look at: edges, tones of skin and saturated colours, where those near the
 * middle of the crop count more. `look` is the whole upright picture, reduced;
 * `width` and `height` are its sides before. A picture without any of these
 * gives its centre.
 */
struct focus smart_focus(const struct bitmap *look, const struct recipe *recipe,
			 uint32_t width, uint32_t height);

#endif
