/* tiering.c: the fields of a tier, each declared once. */
#include "config.h"

#include "lib/service/tiering.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/pool.h"
#include "lib/base/text.h"
#include "lib/picture/format.h"
#include "lib/picture/recipe.h"

enum { NAME_MAX_BYTES = 64, YEAR_S = 31536000, DAYS_MAX = 36500 };

/* JavaScript's largest safe integer: clients read these numbers as JSON. */
static const int64_t bytes_max = (1LL << 53) - 1;

struct field {
	struct tiering_field pub;
	size_t offset;
	int64_t min, max;
	/* Of words and choices: the text as it is kept, or a failure. */
	bool (*read)(void *place, struct work *work, const char *text);
};

/* Words with one space between, each of which `accept` takes, none twice. */
static bool read_words(const char **place, struct work *work, const char *field,
		       const char *text, size_t max,
		       bool (*accept)(struct work *work, const char *word))
{
	char *rest = pool_strdup(work->pool, text);
	const char *words = "";
	char *save;
	size_t count = 0;

	if (!strcmp(text, "none")) {
		*place = words;
		return true;
	}
	for (char *word = strtok_r(rest, " ,", &save); word;
	     word = strtok_r(NULL, " ,", &save), count++) {
		if (!accept(work, word))
			return false;
		if (tier_has_word(words, word))
			return fail_field(work, field,
					  "%s: each once, not \"%s\" twice",
					  field, word);
		words = pool_printf(work->pool, "%s%s%s", words,
				    *words ? " " : "", word);
	}
	if (!count || count > max)
		return fail_field(work, field,
				  "%s: 1 to %zu words, or none, not \"%.99s\"",
				  field, max, text);
	*place = words;
	return true;
}

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

static bool read_sizes(void *place, struct work *work, const char *text)
{
	return read_words(place, work, "sizes", text, TIER_MAX_SIZES,
			  accept_size);
}

static bool accept_format(struct work *work, const char *word)
{
	enum format format;

	return format_by_name(&format, word) ||
	       fail_field(work, "formats",
			  "formats: of jpeg, png, gif, webp, tiff and bmp, not "
			  "\"%.60s\"",
			  word);
}

static bool read_formats(void *place, struct work *work, const char *text)
{
	return read_words(place, work, "formats", text, FORMAT__COUNT,
			  accept_format);
}

static bool read_priority(void *place, struct work *work, const char *text)
{
	return tier_priority_by_name(place, text) ||
	       fail_field(work, "priority",
			  "priority: high, normal or low, not \"%.60s\"", text);
}

#define FLAG(field, meaning)                                                   \
	{                                                                      \
		{ #field, TIERING_FLAG, meaning },                             \
			offsetof(struct tier, field), 0, 0, NULL               \
	}
#define NUMBER(field, min, max, meaning)                                       \
	{                                                                      \
		{ #field, TIERING_NUMBER, meaning },                           \
			offsetof(struct tier, field), min, max, NULL           \
	}
#define LIMIT(field, min, max, meaning)                                        \
	{                                                                      \
		{ #field, TIERING_LIMIT, meaning },                            \
			offsetof(struct tier, field), min, max, NULL           \
	}
#define WORDS(field, read, meaning)                                            \
	{                                                                      \
		{ #field, TIERING_WORDS, meaning },                            \
			offsetof(struct tier, field), 0, 0, read               \
	}
#define CHOICE(field, read, meaning)                                           \
	{                                                                      \
		{ #field, TIERING_CHOICE, meaning },                           \
			offsetof(struct tier, field), 0, 0, read               \
	}

/* clang-format off */
static const struct field fields[] = {
	WORDS(sizes, read_sizes, "the thumbnails that each upload gets"),
	FLAG(any_size, "every other recipe up to max_side, too"),
	NUMBER(max_side, 1, RECIPE_MAX_SIDE, "pixels of a thumbnail's longest side"),
	FLAG(original, "access to the original"),
	FLAG(links, "may make expiring links"),
	NUMBER(link_min, 1, YEAR_S, "seconds that a link lives at least"),
	NUMBER(link_max, 1, YEAR_S, "seconds that a link lives at most"),
	LIMIT(max_bytes, 1, bytes_max, "bytes of one upload"),
	LIMIT(max_pixels, 1, bytes_max, "pixels of one picture"),
	LIMIT(quota_bytes, 0, bytes_max, "bytes of all originals"),
	LIMIT(uploads_per_day, 0, UINT32_MAX, "uploads a day, by UTC"),
	LIMIT(requests_per_minute, 1, UINT32_MAX, "requests a minute"),
	CHOICE(priority, read_priority, "of its jobs: high, normal or low"),
	LIMIT(retention_days, 1, DAYS_MAX, "days that pictures are kept"),
	FLAG(fetch, "may upload by URL"),
	FLAG(animated, "thumbnails keep animation"),
	WORDS(formats, read_formats, "the formats that are taken"),
};
/* clang-format on */

static const struct field *find_field(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(fields); i++)
		if (!strcmp(fields[i].pub.name, name))
			return &fields[i];
	return NULL;
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
	bool may_be_none = field->pub.type == TIERING_LIMIT;

	if (may_be_none && !strcmp(text, "none")) {
		*place = TIER_NO_LIMIT;
		return true;
	}
	return text_int(place, text, field->min, field->max) ||
	       fail_field(work, field->pub.name,
			  "%s: a number from %lld to %lld%s, not \"%.60s\"",
			  field->pub.name, (long long)field->min,
			  (long long)field->max, may_be_none ? " or none" : "",
			  text);
}

const struct tiering_field *tiering_field(size_t i)
{
	return i < ARRAY_LEN(fields) ? &fields[i].pub : NULL;
}

bool tiering_set(struct tier *tier, struct work *work, const char *name,
		 const char *text)
{
	const struct field *field = find_field(name);
	void *place;

	if (!field)
		return fail(work, ERR_UNKNOWN_FIELD,
			    "a tier has no field \"%.60s\"", name);
	place = (char *)tier + field->offset;
	switch (field->pub.type) {
	case TIERING_FLAG:
		return set_flag(place, work, field, text);
	case TIERING_NUMBER:
	case TIERING_LIMIT:
		return set_number(place, work, field, text);
	case TIERING_WORDS:
	case TIERING_CHOICE:
		return field->read(place, work, text);
	}
	abort();
}

const char *tiering_text(struct pool *pool, const struct tier *tier,
			 const char *name)
{
	const struct field *field = find_field(name);
	const void *place = (const char *)tier + field->offset;
	const char *words;

	switch (field->pub.type) {
	case TIERING_FLAG:
		return *(const bool *)place ? "yes" : "no";
	case TIERING_LIMIT:
		if (*(const int64_t *)place == TIER_NO_LIMIT)
			return "none";
		return pool_printf(pool, "%lld",
				   (long long)*(const int64_t *)place);
	case TIERING_NUMBER:
		return pool_printf(pool, "%lld",
				   (long long)*(const int64_t *)place);
	case TIERING_WORDS:
		words = *(const char *const *)place;
		return *words ? words : "none";
	case TIERING_CHOICE:
		return tier_priority_name(*(const int64_t *)place);
	}
	abort();
}

/* Sizes that the tier itself would not let through are a mistake. */
static bool check_sizes(const struct tier *tier, struct work *work)
{
	const char *word;

	for (size_t i = 0; (word = tier_word(work->pool, tier->sizes, i));
	     i++) {
		struct recipe recipe;

		if (!recipe_parse(&recipe, work, word))
			return false;
		if (recipe.width > tier->max_side ||
		    recipe.height > tier->max_side)
			return fail_field(work, "sizes",
					  "sizes: up to max_side, which is "
					  "%lld, not \"%s\"",
					  (long long)tier->max_side, word);
	}
	return true;
}

bool tiering_check(const struct tier *tier, struct work *work)
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
		return fail_field(work, "formats", "formats: at least one");
	return check_sizes(tier, work);
}
