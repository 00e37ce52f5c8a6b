#ifndef FCGI_API_IMAGE_HTML_H
#define FCGI_API_IMAGE_HTML_H

#include <stddef.h>

#include "fcgi/request.h"

struct image;
struct json;
struct variant;

/*
 * With ?html=1 adds what a page needs to show the image: `srcset`, its variants
 * by width (HTML, 4.8.4.2.1), and `html`, a complete <img>. Both are null if no
 * variant is ready. They leave out the original, whose metadata would be
 * published with it, and variants that do not show the whole image.
 * ERR_INVALID_FIELD for another value of html.
 */
bool image_html_add(struct json *json, struct request *req,
		    const struct image *image, const struct variant *variants,
		    size_t count) MUST_CHECK;

#endif
