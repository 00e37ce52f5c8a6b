/* content_disposition.c: fuzzes Content-Disposition; a name that is read must
 * be clean. */
#include "config.h"

#include "lib/net/content_disposition.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/pool.h"
#include "lib/base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pool *pool = pool_new();
	const char *name = content_disposition_filename(
		pool, pool_strndup(pool, (const char *)data, size));

	if (!text_is_utf8(name, strlen(name)) || !text_is_printable(name) ||
	    strpbrk(name, "/\\") || !strcmp(name, ".") || !strcmp(name, ".."))
		abort();
	pool_free(pool);
	return 0;
}
