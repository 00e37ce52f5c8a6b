/* tier_fields.c: the fields of a tier, each declared once. */
#include "config.h"

#include "lib/service/tier_fields.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/json.h"
#include "lib/base/pool.h"
#include "lib/base/text.h"
#include "lib/model/job.h"
#include "lib/model/variant.h"
#include "lib/picture/format.h"
#include "lib/picture/recipe.h"

enum { NAME_MAX_BYTES = 64, WORD_MAX_BYTES = VARIANT_NAME_MAX };
enum { YEAR_S = 31536000, DAYS_MAX = 36500 };

/* JavaScript's largest safe integer, because clients read these numbers as
   JSON. */
static const int64_t bytes_max = (1LL << 53) - 1;

struct field {
	struct tier_field pub;
	size_t offset;
	int64_t min, max; /* for WORDS: the number of words */
	/* For NUMBER and LIMIT: parses the text. */
	bool (*number)(int64_t *number, const char *text, int64_t min,
		       int64_t max);
	/* For CHOICE: parses the text. */
	bool (*read)(int64_t *place, struct work *work, const char *text);
	/* For WORDS: checks one word. */
	bool (*accept)(struct work *work, const char *word);
};

static bool accept_size(struct work *work, const char *word)
{
	struct recipe recipe;

	if (recipe_parse(&recipe, work, word))
		return true;
	return fail_field(work, "sizes",
			  "sizes: recipes such as h200, w400, 100x100, "
			  "100x100-cover or h200.webp, not \"%.60s\"",
			  word);
}

static bool accept_format(struct work *work, const char *word)
{
	enum format format;

	return format_by_name(&format, word) ||
	       fail_field(work, "formats",
			  "formats: jpeg, png, gif, webp, tiff and bmp, not "
			  "\"%.60s\"",
			  word);
}

/* clang-format off */
#define FIELD(field, type, number, min, max, read, accept, meaning)            \
	{ { #field, TIER_FIELD_##type, meaning },                              \
	  offsetof(struct tier, field), min, max, number, read, accept }
#define FLAG(field, meaning)                                                   \
	FIELD(field, FLAG, NULL, 0, 0, NULL, NULL, meaning)
#define NUMBER(field, number, min, max, meaning)                               \
	FIELD(field, NUMBER, number, min, max, NULL, NULL, meaning)
#define LIMIT(field, number, min, max, meaning)                                \
	FIELD(field, LIMIT, number, min, max, NULL, NULL, meaning)
#define WORDS(field, max, accept, meaning)                                     \
	FIELD(field, WORDS, NULL, 1, max, NULL, accept, meaning)
#define CHOICE(field, read, meaning)                                           \
	FIELD(field, CHOICE, NULL, 0, 0, read, NULL, meaning)

static const struct field fields[] = {
	WORDS(sizes, TIER_MAX_SIZES, accept_size, "thumbnails made of each upload"),
	FLAG(any_size, "allows every other recipe up to max_side"),
	NUMBER(max_side, text_int, 1, RECIPE_MAX_SIDE, "longest side of a thumbnail, in pixels"),
	FLAG(original, "allows access to the original"),
	FLAG(links, "allows expiring links"),
	FLAG(public, "allows public images"),
	NUMBER(link_min, text_seconds, 1, YEAR_S, "shortest lifetime of a link"),
	NUMBER(link_max, text_seconds, 1, YEAR_S, "longest lifetime of a link"),
	LIMIT(max_bytes, text_int, 1, bytes_max, "bytes of one upload"),
	LIMIT(max_pixels, text_int, 1, bytes_max, "pixels of one image"),
	LIMIT(max_enlarged_pixels, text_int, 1, bytes_max, "pixels of a thumbnail larger than its image"),
	LIMIT(quota_bytes, text_int, 0, bytes_max, "bytes of all originals"),
	LIMIT(uploads_per_day, text_int, 0, UINT32_MAX, "uploads a day, by UTC"),
	LIMIT(requests_per_minute, text_int, 1, UINT32_MAX, "requests a minute"),
	CHOICE(priority, job_priority_read, "highest priority of jobs: high, normal or low"),
	LIMIT(retention_days, text_int, 1, DAYS_MAX, "days until images are deleted"),
	FLAG(fetch, "allows uploads by URL"),
	LIMIT(max_fetches, text_int, 1, UINT32_MAX, "uploads by URL queued and running together"),
	LIMIT(max_pending_seconds, text_seconds, 1, UINT32_MAX, "estimated seconds of jobs queued and running together"),
	FLAG(animated, "thumbnails keep animation"),
	WORDS(formats, FORMAT__COUNT, accept_format, "accepted formats"),
	FLAG(exif, "shows where pictures were taken (gps)"),
};
/* clang-format on */
_Static_assert(ARRAY_LEN(fields) == TIER_FIELD_COUNT, "the number of fields");

static const struct field *find_field(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(fields); i++)
		if (!strcmp(fields[i].pub.name, name))
			return &fields[i];
	return NULL;
}

/* Joins the words with single spaces. Each must be valid and appear once. */
static bool keep_words(const char **place, struct work *work,
		       const struct field *field, const char *const *words,
		       size_t count)
{
	const char *kept = "";

	for (size_t i = 0; i < count; i++) {
		if (!field->accept(work, words[i]))
			return false;
		if (text_has_word(kept, words[i]))
			return fail_field(
				work, field->pub.name,
				"%s: each word once, not \"%s\" twice",
				field->pub.name, words[i]);
		kept = text_add_word(work->pool, kept, words[i]);
	}
	*place = kept;
	return true;
}

static bool set_words(const char **place, struct work *work,
		      const struct field *field, const char *text)
{
	const char **words =
		pool_alloc(work->pool, (size_t)field->max * sizeof(*words));
	char *rest = pool_strdup(work->pool, text);
	size_t count = 0;
	char *save;

	if (!strcmp(text, "none"))
		return keep_words(place, work, field, words, 0);
	for (char *word = strtok_r(rest, " ,", &save); word;
	     word = strtok_r(NULL, " ,", &save)) {
		if (count < (size_t)field->max)
			words[count] = word;
		count++;
	}
	if (!count || count > (size_t)field->max)
		return fail_field(work, field->pub.name,
				  "%s: 1 to %lld words, or none, not \"%.99s\"",
				  field->pub.name, (long long)field->max, text);
	return keep_words(place, work, field, words, count);
}

static bool set_flag(bool *place, struct work *work, const struct field *field,
		     const char *text)
{
	if (!strcmp(text, "yes") || !strcmp(text, "true"))
		*place = true;
	else if (!strcmp(text, "no") || !strcmp(text, "false"))
		*place = false;
	else
		return fail_field(work, field->pub.name,
				  "%s: yes or no, not \"%.60s\"",
				  field->pub.name, text);
	return true;
}

static bool set_number(int64_t *place, struct work *work,
		       const struct field *field, const char *text)
{
	bool may_be_none = field->pub.type == TIER_FIELD_LIMIT;

	if (may_be_none && !strcmp(text, "none")) {
		*place = TIER_NO_LIMIT;
		return true;
	}
	return field->number(place, text, field->min, field->max) ||
	       fail_field(work, field->pub.name,
			  "%s: a number from %lld to %lld%s, not \"%.60s\"",
			  field->pub.name, (long long)field->min,
			  (long long)field->max, may_be_none ? " or none" : "",
			  text);
}

const struct tier_field *tier_field_at(size_t i)
{
	return i < ARRAY_LEN(fields) ? &fields[i].pub : NULL;
}

static const char *field_names(struct pool *pool)
{
	const char *names = "";

	for (size_t i = 0; i < ARRAY_LEN(fields); i++)
		names = pool_printf(pool, "%s %s", names, fields[i].pub.name);
	return names;
}

bool tier_field_set(struct tier *tier, struct work *work, const char *name,
		    const char *text)
{
	const struct field *field = find_field(name);
	void *place;

	if (!field)
		return fail_unknown(work, name,
				    "a tier has no field \"%.60s\"; it has:%s",
				    name, field_names(work->pool));
	place = (char *)tier + field->offset;
	switch (field->pub.type) {
	case TIER_FIELD_FLAG:
		return set_flag(place, work, field, text);
	case TIER_FIELD_NUMBER:
	case TIER_FIELD_LIMIT:
		return set_number(place, work, field, text);
	case TIER_FIELD_WORDS:
		return set_words(place, work, field, text);
	case TIER_FIELD_CHOICE:
		return field->read(place, work, text);
	}
	abort();
}

static bool read_json_words(const char **place, struct work *work,
			    const struct field *field, const struct json *json)
{
	const char **words;
	size_t count;

	return json_get_texts(&words, &count, work, json, field->pub.name,
			      (size_t)field->max, WORD_MAX_BYTES) &&
	       keep_words(place, work, field, words, count);
}

static bool read_json(struct tier *tier, struct work *work,
		      const struct field *field, const struct json *json)
{
	const char *name = field->pub.name, *text;
	void *place = (char *)tier + field->offset;

	switch (field->pub.type) {
	case TIER_FIELD_FLAG:
		return json_get_bool(place, work, json, name);
	case TIER_FIELD_LIMIT:
		if (!json_has(json, name)) {
			*(int64_t *)place = TIER_NO_LIMIT;
			return true;
		}
		return json_get_int(place, work, json, name, field->min,
				    field->max);
	case TIER_FIELD_NUMBER:
		return json_get_int(place, work, json, name, field->min,
				    field->max);
	case TIER_FIELD_WORDS:
		return read_json_words(place, work, field, json);
	case TIER_FIELD_CHOICE:
		return json_get_text(&text, work, json, name, 1,
				     WORD_MAX_BYTES) &&
		       field->read(place, work, text);
	}
	abort();
}

bool tier_fields_read_json(struct tier *tier, struct work *work,
			   const struct json *json)
{
	const char *known[ARRAY_LEN(fields) + 2] = { "name" };
	struct tier changed = *tier;

	for (size_t i = 0; i < ARRAY_LEN(fields); i++)
		known[i + 1] = fields[i].pub.name;
	if (!json_only(json, work, known) ||
	    (json_names(json, "name") &&
	     !json_get_text(&changed.name, work, json, "name", 1,
			    NAME_MAX_BYTES)))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(fields); i++)
		if (json_names(json, fields[i].pub.name) &&
		    !read_json(&changed, work, &fields[i], json))
			return false;
	if (!tier_fields_check(&changed, work))
		return false;
	*tier = changed;
	return true;
}

static void write_json(struct json *json, struct pool *pool,
		       const struct tier *tier, const struct field *field)
{
	const char *name = field->pub.name;
	const void *place = (const char *)tier + field->offset;

	switch (field->pub.type) {
	case TIER_FIELD_FLAG:
		json_set_bool(json, name, *(const bool *)place);
		return;
	case TIER_FIELD_NUMBER:
	case TIER_FIELD_LIMIT:
		if (*(const int64_t *)place == TIER_NO_LIMIT)
			json_set_null(json, name);
		else
			json_set_int(json, name, *(const int64_t *)place);
		return;
	case TIER_FIELD_WORDS:
		json_set(json, name,
			 json_words(pool, *(const char *const *)place));
		return;
	case TIER_FIELD_CHOICE:
		json_set_text(json, name,
			      job_priority_name(*(const int64_t *)place));
	}
}

struct json *tier_fields_json(struct pool *pool, const struct tier *tier)
{
	struct json *json = json_object(pool);

	json_set_text(json, "id", UUID_TEXT(tier->id));
	json_set_text(json, "name", tier->name);
	for (size_t i = 0; i < ARRAY_LEN(fields); i++)
		write_json(json, pool, tier, &fields[i]);
	json_set_bool(json, "watermark", tier->watermark != 0);
	return json;
}

const char *tier_field_text(struct pool *pool, const struct tier *tier,
			    const char *name)
{
	const struct field *field = find_field(name);
	const void *place = (const char *)tier + field->offset;
	const char *words;

	switch (field->pub.type) {
	case TIER_FIELD_FLAG:
		return *(const bool *)place ? "yes" : "no";
	case TIER_FIELD_NUMBER:
	case TIER_FIELD_LIMIT:
		if (*(const int64_t *)place == TIER_NO_LIMIT)
			return "none";
		return pool_printf(pool, "%lld",
				   (long long)*(const int64_t *)place);
	case TIER_FIELD_WORDS:
		words = *(const char *const *)place;
		return *words ? words : "none";
	case TIER_FIELD_CHOICE:
		return job_priority_name(*(const int64_t *)place);
	}
	abort();
}

/* Rejects sizes that exceed the tier's own max_side. */
static bool check_sizes(const struct tier *tier, struct work *work)
{
	const char *word;

	for (size_t i = 0; (word = text_word(work->pool, tier->sizes, i));
	     i++) {
		struct recipe recipe;

		if (!recipe_parse(&recipe, work, word))
			return false;
		if (recipe.width > tier->max_side ||
		    recipe.height > tier->max_side)
			return fail_field(
				work, "sizes",
				"sizes: sides up to max_side, which is "
				"%lld, not \"%s\"",
				(long long)tier->max_side, word);
	}
	return true;
}

bool tier_fields_check(const struct tier *tier, struct work *work)
{
	size_t len = strlen(tier->name);

	if (!len || len > NAME_MAX_BYTES || !text_is_utf8(tier->name, len) ||
	    !text_is_printable(tier->name))
		return fail_field(work, "name",
				  "name: 1 to %d bytes of UTF-8 without "
				  "control characters, not %zu",
				  NAME_MAX_BYTES, len);
	if (tier->link_min > tier->link_max)
		return fail_field(work, "link_min",
				  "link_min: at most link_max, which is %lld, "
				  "not %lld",
				  (long long)tier->link_max,
				  (long long)tier->link_min);
	if (!*tier->formats)
		return fail_field(work, "formats",
				  "formats: at least one format, not none");
	return check_sizes(tier, work);
}
