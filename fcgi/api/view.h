#ifndef FCGI_API_VIEW_H
#define FCGI_API_VIEW_H

#include <stddef.h>

#include "fcgi/request.h"

/* The JSON that clients see of things, as doc/openapi.yaml describes it. */
struct image;
struct job;
struct json;
struct link;
struct token;
struct variant;

/* `variants` are those of the image; `job` is NULL when it has none or needs
   none. URLs are signed for the caller's tier. */
bool view_image(struct json **json, struct request *req,
		const struct image *image, const struct variant *variants,
		size_t count, const struct job *job) MUST_CHECK;
bool view_variant(struct json **json, struct request *req,
		  const struct image *image,
		  const struct variant *variant) MUST_CHECK;
struct json *view_job(struct request *req, const struct job *job);
struct json *view_token(struct pool *pool, const struct token *token);

/* `url` may be NULL: it is told once, when the link is made. */
struct json *view_link(struct pool *pool, const struct link *link,
		       const char *url);

#endif
