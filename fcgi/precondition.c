/* precondition.c: compares If-Match and If-Unmodified-Since with a file. */
#include "config.h"

#include "fcgi/precondition.h"

#include <string.h>
#include <time.h>

#include "lib/base/text.h"

/* Strong comparison (RFC 9110 section 8.8.3.2). */
static bool names(const char *tags, const char *etag)
{
	const size_t len = strlen(etag);
	const char *tag = tags;

	while ((tag = strchr(tag, '"'))) {
		const char *end = strchr(tag + 1, '"');
		const bool weak = tag - tags >= 2 && !strncmp(tag - 2, "W/", 2);

		if (!end)
			return false;
		if (!weak && (size_t)(end + 1 - tag) == len &&
		    !strncmp(tag, etag, len))
			return true;
		tag = end + 1;
	}
	return false;
}

static bool is_any(const char *tags)
{
	tags = text_skip_blanks(tags);
	return *tags == '*' && !*text_skip_blanks(tags + 1);
}

/* Reads the usual form of a date (RFC 9110 section 5.6.7). */
static bool read_date(int64_t *time, const char *date)
{
	struct tm tm = { 0 };
	const char *end = strptime(date, "%a, %d %b %Y %H:%M:%S GMT", &tm);

	if (!end || *end)
		return false;
	*time = timegm(&tm);
	return true;
}

bool precondition_holds(const char *if_match, const char *if_unmodified_since,
			const char *etag, int64_t changed_at)
{
	int64_t since;

	if (*if_match)
		return is_any(if_match) || names(if_match, etag);
	return !read_date(&since, if_unmodified_since) || changed_at <= since;
}

bool precondition_allows_range(const char *if_range, const char *etag,
			       int64_t changed_at)
{
	int64_t known;

	if (!*if_range || !strcmp(if_range, etag))
		return true;
	return read_date(&known, if_range) && known == changed_at;
}
