#ifndef LIB_SERVICE_SHOW_H
#define LIB_SERVICE_SHOW_H

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
struct json *show_image(struct pool *pool, const struct tier *tier,
			const struct image *image);

/* Writes all fields but url. */
struct json *show_variant(struct pool *pool, const struct variant *variant);

struct json *show_job(struct work *work, const struct job *job);

/* Returns NULL if `code` is NULL. */
struct json *show_error(struct pool *pool, const char *code,
			const char *detail);

#endif
