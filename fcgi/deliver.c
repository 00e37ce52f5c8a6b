/* deliver.c: answers with the file of a picture. */
#include "config.h"

#include "fcgi/deliver.h"

#include "lib/model/image.h"
#include "lib/picture/format.h"
#include "lib/service/link.h"
#include "lib/service/public_url.h"
#include "lib/service/variant_render.h"
#include "lib/store/store.h"

static bool send(struct response *res, struct request *req,
		 struct response_file *file, enum format format,
		 const char *name)
{
	if (!store_find(&file->bytes, &file->changed_at, req->work, file->key))
		return fail(req->work, ERR_NOT_FOUND,
			    "the file of the picture does not exist any more");
	file->media_type = format_row(format)->media_type;
	file->name = link_file_name(req->work->pool, name, format);
	file->shows = format_row(format)->in_browsers;
	response_file(res, req, file);
	return true;
}

bool deliver(struct response *res, struct request *req, struct uuid image_id,
	     const char *variant, const char *format_name, const char *name,
	     int64_t max_age)
{
	enum format format;
	struct response_file file = {
		.key = store_key(req->work->pool, image_id, variant),
		.max_age = max_age,
	};

	if (!format_by_name(&format, format_name))
		return fail(req->work, ERR_INTERNAL, "no format %s",
			    format_name);
	return send(res, req, &file, format, name);
}

bool deliver_public(struct response *res, struct request *req,
		    const struct public_url *url, const char *name)
{
	struct response_file file = {
		.key = store_key(req->work->pool, url->image_id, url->variant),
		.public_sum = url->sum,
	};

	return send(res, req, &file, url->format, name);
}

bool deliver_url(const char **url, struct request *req, struct uuid image_id,
		 const char *variant, const char *format, const char *name)
{
	struct signed_link signed_link = {
		.purpose = LINK_PURPOSE_DISPLAY,
		.expires_at = link_display_expiry(req->work),
		.image_id = image_id,
		.variant = variant,
	};

	return link_format(&signed_link.format, req->work, format) &&
	       link_url(url, req->work, &signed_link, name);
}

bool deliver_lazy_url(const char **url, struct request *req,
		      const struct image *image, const char *variant)
{
	const char *format_name = image->format;
	enum format format;

	if (!format_name)
		return fail(req->work, ERR_CONFLICT,
			    "the image has no file yet");
	if (!variant_is_original(variant)) {
		if (!variant_render_format(&format, req->work, image, variant))
			return false;
		format_name = format_row(format)->name;
	}
	return deliver_url(url, req, image->id, variant, format_name,
			   image->name);
}
