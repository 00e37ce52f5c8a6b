/* content_disposition.c: fuzzes Content-Disposition; a name that is read must
 * be clean. */
#include "config.h"

#include "lib/net/content_disposition.h"

#include <string.h>

#include "lib/base/pool.h"
#include "tests/lib/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pool *pool = pool_new();
	const char *name = content_disposition_filename(
		pool, pool_strndup(pool, (const char *)data, size));

	fuzz_expect_clean(name);
	expect(!strpbrk(name, "/\\"));
	expect(strcmp(name, ".") && strcmp(name, ".."));
	pool_free(pool);
	return 0;
}
