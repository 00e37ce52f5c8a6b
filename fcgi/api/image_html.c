/* image_html.c: writes the HTML that shows an image. */
#include "config.h"

#include "fcgi/api/image_html.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "fcgi/deliver.h"
#include "lib/base/json.h"
#include "lib/base/pool.h"
#include "lib/base/text.h"
#include "lib/model/image.h"
#include "lib/model/tier.h"
#include "lib/model/variant.h"
#include "lib/service/access.h"
#include "lib/service/login.h"
#include "lib/service/public_url.h"

struct candidates {
	const struct variant **list; /* by width, each width once */
	size_t count;
};

/* Whether the variant has the image's ratio of sides, as far as whole pixels
   allow. */
static bool is_whole(const struct variant *variant, const struct image *image)
{
	const int64_t longest =
		image->width > image->height ? image->width : image->height;

	return llabs(variant->width * image->height -
		     variant->height * image->width) <= longest;
}

static bool is_candidate(const struct variant *variant,
			 const struct image *image, const struct tier *tier)
{
	return variant->status == VARIANT_READY &&
	       text_has_word("jpeg png gif webp", variant->format) &&
	       access_has_variant(tier, variant->variant) &&
	       is_whole(variant, image);
}

/* Of variants of one width, the first by name is kept. */
static void add_candidate(struct candidates *c, const struct variant *variant)
{
	size_t at = 0;

	while (at < c->count && c->list[at]->width < variant->width)
		at++;
	if (at < c->count && c->list[at]->width == variant->width)
		return;
	memmove(c->list + at + 1, c->list + at,
		(c->count++ - at) * sizeof(*c->list));
	c->list[at] = variant;
}

static struct candidates find_candidates(struct request *req,
					 const struct image *image,
					 const struct variant *variants,
					 size_t count)
{
	struct candidates c = {
		.list = pool_alloc(req->work->pool,
				   (count + 1) * sizeof(*c.list)),
	};

	for (size_t i = 0; i < count; i++)
		if (is_candidate(&variants[i], image, &req->who->tier))
			add_candidate(&c, &variants[i]);
	return c;
}

/* An address that lasts, if the image is public. */
static bool find_url(const char **url, struct request *req,
		     const struct image *image, const struct variant *v)
{
	return public_url_variant(url, req->work, image, v) &&
	       (*url || deliver_url(url, req, image->id, v->variant, v->format,
				    image->name));
}

/* `largest` is the URL of the last candidate. */
static bool write_srcset(const char **srcset, const char **largest,
			 struct request *req, const struct image *image,
			 const struct candidates *c)
{
	*srcset = *largest = NULL;
	for (size_t i = 0; i < c->count; i++) {
		const struct variant *v = c->list[i];

		if (!find_url(largest, req, image, v))
			return false;
		*srcset = pool_printf(req->work->pool, "%s%s%s %" PRId64 "w",
				      *srcset ? *srcset : "",
				      *srcset ? ", " : "", *largest, v->width);
	}
	return true;
}

/* The element is never wider than its largest file. */
static const char *write_html(struct pool *pool, const struct image *image,
			      const char *srcset, const char *largest,
			      const struct variant *size)
{
	return pool_printf(
		pool,
		"<img src=\"%s\" srcset=\"%s\" sizes=\"(max-width: %" PRId64
		"px) 100vw, %" PRId64 "px\" width=\"%" PRId64
		"\" height=\"%" PRId64
		"\" alt=\"%s\" loading=\"lazy\" decoding=\"async\">",
		text_html(pool, largest), text_html(pool, srcset), size->width,
		size->width, size->width, size->height,
		text_html(pool, image->alt ? image->alt : ""));
}

bool image_html_add(struct json *json, struct request *req,
		    const struct image *image, const struct variant *variants,
		    size_t count)
{
	const char *wanted = request_query(req, "html");
	const char *srcset, *largest, *html = NULL;
	struct candidates c;

	if (!wanted)
		return true;
	if (strcmp(wanted, "1") != 0)
		return fail_field(req->work, "html", "html: 1, not \"%.20s\"",
				  wanted);
	c = find_candidates(req, image, variants, count);
	if (!write_srcset(&srcset, &largest, req, image, &c))
		return false;
	if (c.count)
		html = write_html(req->work->pool, image, srcset, largest,
				  c.list[c.count - 1]);
	json_set_text(json, "srcset", srcset);
	json_set_text(json, "html", html);
	return true;
}
