#ifndef FCGI_DELIVER_H
#define FCGI_DELIVER_H

#include "fcgi/response.h"
#include "lib/base/uuid.h"

struct image;
struct public_url;

/*
 * Answers with the file of a picture: `variant` of the image, in the format
 * with that name. Formats that browsers can show are sent inline, others as
 * attachments. Fails with ERR_NOT_FOUND if the file does not exist.
 */
bool deliver(struct response *res, struct request *req, struct uuid image_id,
	     const char *variant, const char *format, const char *name,
	     int64_t max_age) MUST_CHECK;

/* The same for a file with a public address, which every cache may keep. */
bool deliver_public(struct response *res, struct request *req,
		    const struct public_url *url, const char *name) MUST_CHECK;

/* Makes a signed URL of the same file for use in an answer. It is valid for
   display_ttl seconds. */
bool deliver_url(const char **url, struct request *req, struct uuid image_id,
		 const char *variant, const char *format,
		 const char *name) MUST_CHECK;

/* The same for the original or for a variant that may not exist yet: the first
   use of the URL renders it. Fails with ERR_CONFLICT if the original is not
   fetched yet, with ERR_NOT_FOUND if it was deleted. */
bool deliver_lazy_url(const char **url, struct request *req,
		      const struct image *image,
		      const char *variant) MUST_CHECK;

#endif
