/* range.c: checks the header Range. */
#include "config.h"

#include "fcgi/range.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lib/base/text.h"

enum { MAX_DIGITS = 18 };

/* "-5", "5-" or "5-7". */
static bool read_range(const char **at)
{
	const size_t first = text_digits(*at);
	const char *dash = *at + first;
	size_t last;

	if (*dash != '-')
		return false;
	last = text_digits(dash + 1);
	if ((!first && !last) || last > MAX_DIGITS ||
	    (first && last &&
	     strtoull(dash + 1, NULL, 10) < strtoull(*at, NULL, 10)))
		return false;
	*at = dash + 1 + last;
	return true;
}

bool range_is_valid(const char *text)
{
	if (strncasecmp(text, "bytes=", 6))
		return true;
	text += 6;
	do {
		text = text_skip_blanks(text);
		if (!read_range(&text))
			return false;
		text = text_skip_blanks(text);
	} while (*text++ == ',');
	return !text[-1];
}

/* "-0" asks for the last 0 bytes. */
static bool begins_beyond(const char *range, uint64_t bytes)
{
	if (*range == '-')
		return !strtoull(range + 1, NULL, 10);
	return strtoull(range, NULL, 10) >= bytes;
}

bool range_is_beyond(const char *text, int64_t bytes)
{
	if (strncasecmp(text, "bytes=", 6) || !range_is_valid(text) || !bytes)
		return false;
	text += 5;
	while (text) {
		text = text_skip_blanks(text + 1);
		if (!begins_beyond(text, (uint64_t)bytes))
			return false;
		text = strchr(text, ',');
	}
	return true;
}
