/* filename.c: decodes file names from clients and servers. */
#include "config.h"

#include "lib/base/filename.h"

#include <string.h>

#include "lib/base/charset.h"
#include "lib/base/encoded_word.h"
#include "lib/base/pool.h"
#include "lib/base/text.h"

bool filename_decode_extended(const char **filename, struct pool *pool,
			      const char *value)
{
	const size_t charset_len = strcspn(value, "'");
	const char *text = strchr(value, '\'');
	char *bytes;
	size_t size;

	text = text ? strchr(text + 1, '\'') : NULL;
	return text &&
	       text_unpercent(pool, &bytes, &size, text + 1,
			      strlen(text + 1)) &&
	       charset_decode(filename, pool,
			      pool_strndup(pool, value, charset_len), bytes,
			      size);
}

const char *filename_decode(struct pool *pool, const char *value)
{
	return encoded_word_decode(pool, charset_guess(pool, value));
}

const char *filename_last_component(const char *path)
{
	const char *last = path;

	for (const char *at = path; *at; at++)
		if (*at == '/' || *at == '\\')
			last = at + 1;
	return strcmp(last, ".") && strcmp(last, "..") ? last : "";
}
