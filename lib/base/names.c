/* names.c: the names of an enum's values. */
#include "config.h"

#include "lib/base/names.h"

#include <string.h>

#include "lib/base/pool.h"
#include "lib/base/work.h"

const char *names_get(const struct names *names, size_t value)
{
	return value < names->count ? names->list[value] : NULL;
}

bool names_find(unsigned *value, const struct names *names, const char *text)
{
	for (size_t i = 0; i < names->count; i++)
		if (names->list[i] && !strcmp(names->list[i], text)) {
			*value = (unsigned)i;
			return true;
		}
	return false;
}

/* Returns "queued, running or done". */
static const char *enumerate(struct pool *pool, const struct names *names)
{
	const char *text = NULL;

	for (size_t i = 0; i < names->count; i++)
		if (!text)
			text = names->list[i];
		else
			text = pool_printf(pool, "%s%s%s", text,
					   i + 1 < names->count ? ", " : " or ",
					   names->list[i]);
	return text;
}

bool names_read(unsigned *value, struct work *work, const struct names *names,
		const char *field, const char *text)
{
	if (!text) {
		*value = 0;
		return true;
	}
	return names_find(value, names, text) ||
	       fail_field(work, field, "%s: %s, not \"%.40s\"", field,
			  enumerate(work->pool, names), text);
}
