#ifndef FCGI_API_JSON_H
#define FCGI_API_JSON_H

#include <stddef.h>

#include "fcgi/request.h"

/* The JSON of images, links, tokens and usage that clients get, as
   specified in doc/openapi.yaml. */
struct image;
struct job;
struct json;
struct link;
struct tier;
struct token;
struct user;
struct variant;

/* `variants` may contain those of other images, which are skipped. `job` is
   NULL if the image has none or the answer needs none. URLs are signed. Leaves
   out what the owner's tier does not allow. */
bool api_json_image(struct json **json, struct request *req,
		    const struct tier *tier, const struct image *image,
		    const struct variant *variants, size_t count,
		    const struct job *job) MUST_CHECK;
bool api_json_variant(struct json **json, struct request *req,
		      const struct image *image,
		      const struct variant *variant) MUST_CHECK;
struct json *api_json_usage(struct pool *pool, const struct user *user);
struct json *api_json_token(struct pool *pool, const struct token *token);

/* `url` may be NULL: only the answer that creates the link shows it. */
struct json *api_json_link(struct pool *pool, const struct link *link,
			   const char *url);

#endif
