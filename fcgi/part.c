/* part.c: parses the header of one part of a form. */
#include "config.h"

#include "fcgi/part.h"

#include <string.h>
#include <strings.h>

#include "lib/base/charset.h"
#include "lib/base/filename.h"
#include "lib/base/mime.h"
#include "lib/base/pool.h"
#include "lib/base/text.h"
#include "lib/base/work.h"

struct reading {
	struct part *part;
	struct work *work;
};

static bool take_disposition_param(void *arg, const char *name,
				   const char *value)
{
	const struct reading *reading = arg;
	struct part *part = reading->part;
	const struct {
		const char *name;
		const char **value;
	} params[] = {
		{ "name", &part->name },
		{ "filename", &part->filename },
		{ "filename*", &part->filename_star },
	};

	for (size_t i = 0; i < ARRAY_LEN(params); i++) {
		if (strcasecmp(name, params[i].name))
			continue;
		if (*params[i].value)
			return fail(reading->work, ERR_BAD_REQUEST,
				    "multipart: one %s is expected in a "
				    "part, not two",
				    params[i].name);
		*params[i].value = value;
	}
	return true;
}

static bool take_disposition(struct part *part, struct work *work,
			     const char *text)
{
	size_t len = mime_token(text);

	if (len != strlen("form-data") || strncasecmp(text, "form-data", len))
		return fail(work, ERR_BAD_REQUEST,
			    "multipart: Content-Disposition: form-data is "
			    "expected, not \"%.*s\"",
			    (int)(len < 40 ? len : 40), text);
	return mime_params(work, text + len, take_disposition_param,
			   &(struct reading){ part, work });
}

static bool take_type_param(void *arg, const char *name, const char *value)
{
	const struct reading *reading = arg;

	if (!strcasecmp(name, "charset"))
		reading->part->charset = value;
	return true;
}

static bool take_type(struct part *part, struct work *work, const char *text)
{
	if (!mime_type(&part->media_type, work, &text))
		return false;
	if (text_starts(part->media_type, "multipart/"))
		return fail(work, ERR_BAD_REQUEST,
			    "multipart: a field or a file is expected, not "
			    "%.80s within a part",
			    part->media_type);
	return mime_params(work, text, take_type_param,
			   &(struct reading){ part, work });
}

/* RFC 7578 section 4.7 deprecates this field: no encoding is decoded. */
static bool take_encoding(struct part *part, struct work *work,
			  const char *text)
{
	static const char *const plain[] = { "7bit", "8bit", "binary" };
	size_t len = mime_token(text);

	(void)part;
	for (size_t i = 0; i < ARRAY_LEN(plain); i++)
		if (!strcasecmp(text, plain[i]))
			return true;
	return fail(work, ERR_BAD_REQUEST,
		    "multipart: Content-Transfer-Encoding 7bit, 8bit or binary "
		    "is expected, not \"%.*s\"",
		    (int)(len < 40 ? len : 40), text);
}

/* RFC 7578 section 4.8: other header fields are ignored. */
static const struct {
	const char *name;
	bool (*take)(struct part *part, struct work *work, const char *text);
} fields[] = {
	{ "Content-Disposition", take_disposition },
	{ "Content-Type", take_type },
	{ "Content-Transfer-Encoding", take_encoding },
};

static bool take_field(struct part *part, struct work *work, const char *name,
		       const char *text)
{
	for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
		if (strcasecmp(name, fields[i].name))
			continue;
		if (part->seen & 1U << i)
			return fail(work, ERR_BAD_REQUEST,
				    "multipart: one %s is expected in a "
				    "part, not two",
				    fields[i].name);
		part->seen |= 1U << i;
		return fields[i].take(part, work, text);
	}
	return true;
}

bool part_line(struct part *part, struct work *work, char *line, size_t len)
{
	size_t name_len = mime_token(line);
	char *text = line + name_len + 1;

	if (++part->lines > PART_MAX_LINES)
		return fail(work, ERR_BAD_REQUEST,
			    "multipart: a part's header has at most %d lines",
			    PART_MAX_LINES);
	if (!text_is_clean(line, len, "\t"))
		return fail(work, ERR_BAD_REQUEST,
			    "multipart: a part's header has no control "
			    "characters");
	if (!name_len || line[name_len] != ':')
		return fail(work, ERR_BAD_REQUEST,
			    "multipart: a line of a part's header is a name, "
			    "a colon and a value");
	line[name_len] = '\0';
	text += strspn(text, " \t");
	for (char *end = line + len; end > text && strchr(" \t", end[-1]);)
		*--end = '\0';
	return take_field(part, work, line, text);
}

/* Browsers write %22, %0D and %0A for characters that would end a quoted string
   (WHATWG HTML, "multipart/form-data encoding"); they do not escape any other
   %. */
static const char *unescape(struct pool *pool, const char *text)
{
	static const struct {
		const char *escape;
		char byte;
	} escapes[] = { { "%22", '"' }, { "%0D", '\r' }, { "%0A", '\n' } };
	char *out = pool_strdup(pool, text), *to = out;

	while (*text) {
		size_t i = 0;

		while (i < ARRAY_LEN(escapes) &&
		       strncasecmp(text, escapes[i].escape, 3))
			i++;
		*to++ = i < ARRAY_LEN(escapes) ? escapes[i].byte : *text;
		text += i < ARRAY_LEN(escapes) ? 3 : 1;
	}
	*to = '\0';
	return out;
}

static bool check_name(struct work *work, const char *what, const char *name)
{
	if (!text_is_printable(name))
		return fail(work, ERR_BAD_REQUEST,
			    "multipart: %s without control characters is "
			    "expected",
			    what);
	return true;
}

static const char *decode(struct pool *pool, const char *text)
{
	return filename_decode(pool, unescape(pool, text));
}

/* RFC 6266 section 4.3 prefers filename* to filename, which is the fallback for
   older recipients. RFC 7578 section 4.2 forbids filename* in forms, but
   clients send it. */
static bool finish_filename(struct part *part, struct work *work)
{
	const char *path = "";
	const bool decoded = part->filename_star &&
			     filename_decode_extended(&path, work->pool,
						      part->filename_star);

	if (part->filename_star && !part->filename && !decoded)
		return fail(work, ERR_BAD_REQUEST,
			    "multipart: filename* is a charset, two "
			    "apostrophes and percent-encoded text, as in "
			    "UTF-8''a%%20b.jpg; or send filename");
	if (part->filename && !decoded)
		path = decode(work->pool, part->filename);
	part->filename = filename_last_component(path);
	return check_name(work, "a filename", path);
}

static bool finish_name(struct part *part, struct work *work)
{
	if (part->name)
		part->name = decode(work->pool, part->name);
	if (!part->name || !*part->name)
		return fail(work, ERR_BAD_REQUEST,
			    "multipart: a part needs Content-Disposition: "
			    "form-data with a name");
	return check_name(work, "a name", part->name);
}

/* PHP and its clients write image[] or image[0] for fields that accept several
   files. */
static const char *without_index(struct pool *pool, const char *name)
{
	const size_t len = strcspn(name, "[");
	const char *end = name + len;

	if (!len || !*end)
		return name;
	end++;
	end += text_digits(end);
	return strcmp(end, "]") ? name : pool_strndup(pool, name, len);
}

static void classify(struct part *part, struct pool *pool,
		     const char *file_names)
{
	const char *name = without_index(pool, part->name);
	const bool is_expected = text_has_word(file_names, name);
	const bool has_filename = part->filename || part->filename_star;

	part->is_file =
		has_filename || (is_expected && part->media_type &&
				 text_starts(part->media_type, "image/"));
	part->lacks_filename = !part->is_file && is_expected;
	if (part->is_file || part->lacks_filename)
		part->name = name;
}

bool part_finish(struct part *part, struct work *work, const char *file_names)
{
	if (!finish_name(part, work))
		return false;
	classify(part, work->pool, file_names);
	if (!part->media_type)
		part->media_type = "application/octet-stream";
	return finish_filename(part, work);
}

bool part_needs_filename(struct work *work, const char *name)
{
	return fail_field(work, name,
			  "%s: a file is expected, but the part has no "
			  "filename; give the part a filename",
			  name);
}
