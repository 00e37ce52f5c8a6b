/* public_url.c: public addresses as text. */
#include "config.h"

#include "lib/service/public_url.h"

#include <string.h>

#include "lib/base/conf.h"
#include "lib/base/pool.h"
#include "lib/base/text.h"
#include "lib/model/public_file.h"
#include "lib/service/link.h"

enum { SUM_DIGITS = 2 * PUBLIC_FILE_SUM_SIZE };

/* Returns the last part of the address: the name, the sum and the extension. */
static const char *file_name(struct pool *pool, const char *name,
			     enum format format, const uint8_t *sha256)
{
	const char *file = link_file_name(pool, name, format);
	const char *dot = strrchr(file, '.');
	char sum[SUM_DIGITS + 1];

	text_hex(sum, sha256, PUBLIC_FILE_SUM_SIZE);
	return pool_printf(pool, "%.*s-%s%s", (int)(dot - file), file, sum,
			   dot);
}

static bool make_url(const char **text, struct work *work,
		     const struct image *image, const char *variant,
		     const char *format_name, const uint8_t *sha256)
{
	struct pool *pool = work->pool;
	enum format format;
	const char *file;

	if (!link_format(&format, work, format_name))
		return false;
	file = file_name(pool, image->name, format, sha256);
	*text = pool_printf(pool, "%s/p/%s/%s/%s", work->conf->base_url,
			    UUID_TEXT(image->id), variant,
			    text_percent(pool, file));
	return true;
}

bool public_url_variant(const char **text, struct work *work,
			const struct image *image,
			const struct variant *variant)
{
	*text = NULL;
	return !image->public || variant->status != VARIANT_READY ||
	       make_url(text, work, image, variant->variant, variant->format,
			variant->sha256);
}

bool public_url_original(const char **text, struct work *work,
			 const struct image *image)
{
	*text = NULL;
	return !image->public || !image->public_original || !image->format ||
	       make_url(text, work, image, VARIANT_ORIGINAL, image->format,
			image->sha256);
}

static bool format_by_extension(enum format *format, const char *extension)
{
	for (int i = 0; i < FORMAT__COUNT; i++)
		if (!strcmp(format_row((enum format)i)->extension, extension)) {
			*format = (enum format)i;
			return true;
		}
	return false;
}

/* Parses {name}-{sum}.{extension}. */
static bool parse_file_name(struct public_url *url, struct pool *pool,
			    const char *name)
{
	const char *dot = strrchr(name, '.');
	uint8_t sum[PUBLIC_FILE_SUM_SIZE];

	if (!dot || dot - name < SUM_DIGITS + 1 ||
	    dot[-SUM_DIGITS - 1] != '-' ||
	    !format_by_extension(&url->format, dot + 1))
		return false;
	url->sum = pool_strndup(pool, dot - SUM_DIGITS, SUM_DIGITS);
	return text_unhex(sum, sizeof(sum), url->sum) &&
	       !strcmp(url->sum, text_lower(pool, url->sum));
}

bool public_url_parse(struct public_url *url, struct work *work, const char *id,
		      const char *variant, const char *file_name)
{
	url->variant = variant;
	return uuid_parse(&url->image_id, id) &&
	       !strcmp(UUID_TEXT(url->image_id), id) &&
	       parse_file_name(url, work->pool, file_name);
}

static void push(const char **words, struct pool *pool, const char *text)
{
	if (text)
		*words = text_add_word(pool, *words, text);
}

static bool push_removed(const char **words, struct work *work,
			 const struct image *image)
{
	struct public_file *files;
	const char *text;
	size_t count;

	if (!public_file_list(&files, &count, work, image->id))
		return false;
	for (size_t i = 0; i < count; i++) {
		if (!make_url(&text, work, image, files[i].variant,
			      files[i].format, files[i].sum))
			return false;
		push(words, work->pool, text);
	}
	return true;
}

bool public_url_words(const char **words, struct work *work,
		      const struct image *image, const struct variant *variants,
		      size_t count)
{
	const char *text;

	*words = "";
	if (!image->public)
		return true;
	if (!public_url_original(&text, work, image))
		return false;
	push(words, work->pool, text);
	for (size_t i = 0; i < count; i++) {
		if (!public_url_variant(&text, work, image, &variants[i]))
			return false;
		push(words, work->pool, text);
	}
	return push_removed(words, work, image);
}
