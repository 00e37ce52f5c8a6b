#ifndef LIB_SERVICE_JSON_VIEW_H
#define LIB_SERVICE_JSON_VIEW_H

#include "lib/base/work.h"

/* The JSON of images, variants and jobs, in responses and in webhooks, as
   doc/openapi.yaml describes it. The caller adds signed URLs, which depend on
   the requesting client. */
struct image;
struct job;
struct json;
struct tier;
struct variant;

/* Writes the fields from id to may_link. */
struct json *json_view_image(struct pool *pool, const struct tier *tier,
			     const struct image *image);

/* Writes all fields but url. */
struct json *json_view_variant(struct pool *pool,
			       const struct variant *variant);

struct json *json_view_job(struct work *work, const struct job *job);

/* Returns NULL if `code` is NULL. */
struct json *json_view_error(struct pool *pool, const char *code,
			     const char *detail);

#endif
