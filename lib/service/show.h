#ifndef LIB_SERVICE_SHOW_H
#define LIB_SERVICE_SHOW_H

#include "lib/base/work.h"

/* What clients see of things, in answers and in webhooks, as doc/openapi.yaml
   describes it. Signed URLs, which depend on who asks, are added by those who
   answer. */
struct image;
struct job;
struct json;
struct tier;
struct variant;

/* From id to may_link. */
struct json *show_image(struct pool *pool, const struct tier *tier,
			const struct image *image);

/* Without its url. */
struct json *show_variant(struct pool *pool, const struct variant *variant);

struct json *show_job(struct work *work, const struct job *job);

/* NULL for no error. */
struct json *show_error(struct pool *pool, const char *code,
			const char *detail);

#endif
