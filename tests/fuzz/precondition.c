/* precondition.c: fuzzes If-Match, If-Unmodified-Since and If-Range. */
#include "config.h"

#include "fcgi/precondition.h"

#include <string.h>

#include "lib/base/pool.h"
#include "tests/lib/fuzz.h"

#define ETAG "\"a.h200\""

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pool *pool = pool_new();
	const char *text = pool_strndup(pool, (const char *)data, size);
	const bool is_named = strstr(text, ETAG) || strchr(text, '*');

	if (*text && precondition_holds(text, "", ETAG, 0))
		expect(is_named);
	/* A date that a file of no age is after is before 1970. */
	if (!precondition_holds("", text, ETAG, 0))
		expect(precondition_holds("", text, ETAG, INT64_MIN));
	if (precondition_allows_range(text, ETAG, 1795867200))
		expect(!*text || !strcmp(text, ETAG) || strstr(text, "GMT"));
	pool_free(pool);
	return 0;
}
