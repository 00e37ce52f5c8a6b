#ifndef FCGI_API_IMAGE_FIELDS_H
#define FCGI_API_IMAGE_FIELDS_H

#include "fcgi/request.h"
#include "lib/model/image.h"
#include "lib/service/image_update.h"
#include "lib/service/upload.h"

/* What an upload says besides its file. */
struct image_fields {
	const char *name;
	const char *alt;
	const char *tags; /* image_tags.h */
	struct image_focus focus;
	bool public; /* the tier allows it */
	enum on_duplicate on_duplicate;
};

/* Each reads the fields of the body, and of the query those that the body does
   not have: those of a form with a file, or of a raw body; or those of the JSON
   of an upload by URL, which has no on_duplicate. Without a name the image has
   the one of `filename`. ERR_INVALID_FIELD. */
bool image_fields_of_form(struct image_fields *fields,
			  struct request *req) MUST_CHECK;
bool image_fields_of_json(struct image_fields *fields, struct request *req,
			  const char *filename) MUST_CHECK;

/* What a client wants to change, with places for its values. */
struct image_wanted {
	struct image_update update;
	bool public;
	bool moves;
	struct image_focus focus;
};

/* Reads the fields that an image's owner changes. ERR_INVALID_FIELD. */
bool image_fields_of_update(struct image_wanted *wanted,
			    struct request *req) MUST_CHECK;

/* Reads the tag by which a list is filtered. ERR_INVALID_FIELD. */
bool image_fields_of_filter(struct image_filter *filter,
			    struct request *req) MUST_CHECK;

#endif
