#ifndef LIB_SERVICE_PUBLIC_URL_H
#define LIB_SERVICE_PUBLIC_URL_H

#include <stddef.h>

#include "lib/base/uuid.h"
#include "lib/base/work.h"
#include "lib/model/image.h"
#include "lib/model/variant.h"
#include "lib/picture/format.h"

/*
 * Public addresses: BASE/p/{image id}/{variant}/{name}-{sum}.{extension}. `sum`
 * is the first 8 hexadecimal digits of the SHA-256 of the file, `name` that of
 * the image, for people: any other is accepted.
 */
struct public_url {
	struct uuid image_id;
	const char *variant;
	const char *sum;
	enum format format;
};

/* False if there is no address of this form. The segments are those of the
   path. */
bool public_url_parse(struct public_url *url, struct work *work, const char *id,
		      const char *variant, const char *file_name) MUST_CHECK;

/* Sets the public address of a variant, or of the original. NULL if it has none
   now: the image is private or the file is not ready. */
bool public_url_variant(const char **text, struct work *work,
			const struct image *image,
			const struct variant *variant) MUST_CHECK;
bool public_url_original(const char **text, struct work *work,
			 const struct image *image) MUST_CHECK;

/* Lists all public addresses of the image, also those of removed variants, with
   spaces between. */
bool public_url_words(const char **words, struct work *work,
		      const struct image *image, const struct variant *variants,
		      size_t count) MUST_CHECK;

#endif
