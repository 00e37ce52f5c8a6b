#ifndef FCGI_DELIVER_H
#define FCGI_DELIVER_H

#include "fcgi/response.h"
#include "lib/base/uuid.h"

struct image;

/*
 * Answers with a picture's file: `variant` of the image, in the format with
 * that name. What browsers show, they may show; the rest is an attachment.
 * ERR_NOT_FOUND when the file is gone.
 */
bool deliver(struct response *res, struct request *req, struct uuid image_id,
	     const char *variant, const char *format, const char *name,
	     int64_t max_age) MUST_CHECK;

/* A signed URL of the same, for inside an answer; it lives for display_ttl. */
bool deliver_url(const char **url, struct request *req, struct uuid image_id,
		 const char *variant, const char *format,
		 const char *name) MUST_CHECK;

/* The same for the original or a variant that may not be there yet: it is made
   when the URL is opened first. ERR_CONFLICT while the original is not here,
   ERR_NOT_FOUND when it is gone. */
bool deliver_lazy_url(const char **url, struct request *req,
		      const struct image *image,
		      const char *variant) MUST_CHECK;

#endif
