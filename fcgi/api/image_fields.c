/* image_fields.c: reads the fields of an image that clients send. */
#include "config.h"

#include "fcgi/api/image_fields.h"

#include <string.h>

#include "fcgi/upload.h"
#include "lib/base/json.h"
#include "lib/base/pool.h"
#include "lib/base/text.h"
#include "lib/model/image_tags.h"
#include "lib/service/focus.h"
#include "lib/service/login.h"
#include "lib/service/publish.h"

/* Texts */

static bool check_name(struct work *work, const char *name)
{
	return (*name && strlen(name) <= IMAGE_NAME_MAX &&
		text_is_printable(name)) ||
	       fail_field(work, "name",
			  "name: 1 to %d bytes without control characters, "
			  "not %zu bytes",
			  IMAGE_NAME_MAX, strlen(name));
}

static bool check_alt(struct work *work, const char *alt)
{
	return (strlen(alt) <= IMAGE_ALT_MAX && text_is_printable(alt)) ||
	       fail_field(work, "alt",
			  "alt: at most %d bytes without control characters, "
			  "not %zu bytes",
			  IMAGE_ALT_MAX, strlen(alt));
}

/* Tags with commas between; "" between two commas is no tag. */
static bool split_tags(const char **tags, struct work *work, const char *text)
{
	for (size_t len; *text; text += len + (text[len] == ',')) {
		text = text_skip_blanks(text);
		len = strcspn(text, ",");
		if (len && !image_tags_append(tags, work, text, len))
			return false;
	}
	return true;
}

static bool read_on_duplicate(enum on_duplicate *on_duplicate,
			      struct work *work, const char *text)
{
	unsigned value;

	if (!names_read(&value, work, &on_duplicates, "on_duplicate", text))
		return false;
	*on_duplicate = (enum on_duplicate)value;
	return true;
}

static const char *field_of_form(struct request *req, const char *name)
{
	const char *text = upload_body_field(&req->body, name);

	return text ? text : request_query(req, name);
}

/* Reads whether the image becomes public: the form's or the query's
   `public`. */
static bool read_public(bool *public, struct request *req)
{
	const char *given = field_of_form(req, "public");

	if (given && strcmp(given, "true") && strcmp(given, "false"))
		return fail_field(req->work, "public",
				  "public: true or false, not \"%.60s\"",
				  given);
	*public = given && !strcmp(given, "true");
	return !*public || publish_is_allowed(req->work, &req->who->tier);
}

bool image_fields_of_form(struct image_fields *fields, struct request *req)
{
	struct work *work = req->work;
	const char *tags = field_of_form(req, "tags");
	const char *focus = upload_body_field(&req->body, "focus");

	*fields = (struct image_fields){
		.name = field_of_form(req, "name"),
		.alt = field_of_form(req, "alt"),
	};
	if (!fields->name)
		fields->name = upload_name(work->pool, req->body.filename);
	return check_name(work, fields->name) &&
	       (!fields->alt || check_alt(work, fields->alt)) &&
	       (!tags || split_tags(&fields->tags, work, tags)) &&
	       (!focus || focus_read(&fields->focus, work, focus)) &&
	       read_public(&fields->public, req) &&
	       read_on_duplicate(&fields->on_duplicate, work,
				 field_of_form(req, "on_duplicate"));
}

/* JSON */

static bool get_name(const char **name, struct request *req)
{
	return json_get_text(name, req->work, req->body.json, "name", 1,
			     IMAGE_NAME_MAX) &&
	       check_name(req->work, *name);
}

static bool get_alt(const char **alt, struct request *req)
{
	*alt = NULL;
	return !json_has(req->body.json, "alt") ||
	       (json_get_text(alt, req->work, req->body.json, "alt", 0,
			      IMAGE_ALT_MAX) &&
		check_alt(req->work, *alt));
}

static bool get_tags(const char **tags, struct request *req)
{
	enum { WITH_SPACES_MAX = 4 * IMAGE_TAG_MAX };
	struct work *work = req->work;
	const char **texts;
	size_t count;

	*tags = NULL;
	if (!json_has(req->body.json, "tags"))
		return true;
	if (!json_get_texts(&texts, &count, work, req->body.json, "tags",
			    IMAGE_TAGS_MAX, WITH_SPACES_MAX))
		return false;
	for (size_t i = 0; i < count; i++)
		if (!image_tags_append(tags, work, texts[i], strlen(texts[i])))
			return false;
	return true;
}

/* An array of x and y, or null. */
static bool get_focus(struct image_focus *focus, struct request *req)
{
	int64_t numbers[2];

	*focus = (struct image_focus){ 0 };
	if (!json_has(req->body.json, "focus"))
		return true;
	if (!json_get_shares(numbers, req->work, req->body.json, "focus", 2,
			     IMAGE_FOCUS_DECIMALS))
		return false;
	*focus = (struct image_focus){ true, numbers[0], numbers[1] };
	return true;
}

/* Reads the fields of the query. */
static bool get_query(struct image_fields *fields, struct request *req)
{
	struct work *work = req->work;
	const char *tags = request_query(req, "tags");

	*fields = (struct image_fields){
		.name = request_query(req, "name"),
		.alt = request_query(req, "alt"),
	};
	if (request_query(req, "on_duplicate"))
		return fail_field(work, "on_duplicate",
				  "on_duplicate: only for uploads with a file, "
				  "not by URL");
	return (!fields->name || check_name(work, fields->name)) &&
	       (!fields->alt || check_alt(work, fields->alt)) &&
	       (!tags || split_tags(&fields->tags, work, tags));
}

bool image_fields_of_json(struct image_fields *fields, struct request *req,
			  const char *filename)
{
	const struct json *json = req->body.json;

	if (!get_query(fields, req) ||
	    (json_has(json, "name") && !get_name(&fields->name, req)) ||
	    (json_names(json, "alt") && !get_alt(&fields->alt, req)) ||
	    (json_names(json, "tags") && !get_tags(&fields->tags, req)) ||
	    (json_has(json, "public") &&
	     !json_get_bool(&fields->public, req->work, json, "public")) ||
	    (fields->public &&
	     !publish_is_allowed(req->work, &req->who->tier)) ||
	    !get_focus(&fields->focus, req))
		return false;
	if (!fields->name)
		fields->name = upload_name(req->work->pool, filename);
	return true;
}

/* Without any field, the error names the first. */
bool image_fields_of_update(struct image_wanted *wanted, struct request *req)
{
	static const char *const known[] = { "name", "public", "alt",
					     "tags", "focus",  NULL };
	const struct json *json = req->body.json;
	struct image_update *update = &wanted->update;
	const bool sets_public = json_names(json, "public");

	if (!json_only(json, req->work, known))
		return false;
	*wanted = (struct image_wanted){ .moves = json_names(json, "focus") };
	update->sets_alt = json_names(json, "alt");
	update->sets_tags = json_names(json, "tags");
	if (sets_public)
		update->public = &wanted->public;
	if ((json_names(json, "name") ||
	     !(sets_public || wanted->moves || update->sets_alt ||
	       update->sets_tags)) &&
	    !get_name(&update->name, req))
		return false;
	return (!sets_public ||
		json_get_bool(&wanted->public, req->work, json, "public")) &&
	       (!update->sets_alt || get_alt(&update->alt, req)) &&
	       (!update->sets_tags || get_tags(&update->tags, req)) &&
	       (!wanted->moves || get_focus(&wanted->focus, req));
}

/* Filters */

static bool get_sum(const uint8_t **sum, struct request *req, const char *hex)
{
	enum { SUM_SIZE = 32 };
	uint8_t *bytes = pool_alloc(req->work->pool, SUM_SIZE);

	*sum = bytes;
	return text_unhex(bytes, SUM_SIZE, hex) ||
	       fail_field(req->work, "sha256",
			  "sha256: %d hexadecimal digits, not \"%.70s\"",
			  2 * SUM_SIZE, hex);
}

static bool get_tag(const char **tag, struct request *req, const char *text)
{
	*tag = NULL;
	return image_tags_append(tag, req->work, text, strlen(text)) ||
	       fail_field(req->work, "tag",
			  "tag: 1 to %d bytes without commas and control "
			  "characters, not \"%.70s\"",
			  IMAGE_TAG_MAX, text);
}

bool image_fields_of_filter(struct image_filter *filter, struct request *req)
{
	const char *tag = request_query(req, "tag");
	const char *sum = request_query(req, "sha256");

	return (!tag || get_tag(&filter->tag, req, tag)) &&
	       (!sum || get_sum(&filter->sha256, req, sum));
}
