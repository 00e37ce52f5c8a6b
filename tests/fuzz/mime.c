/* mime.c: fuzzes header fields with parameters, such as Content-Type. */
#include "config.h"

#include "lib/base/mime.h"

#include <string.h>

#include "lib/base/pool.h"
#include "tests/lib/fuzz.h"

static bool visit(void *arg, const char *name, const char *value)
{
	unsigned *count = arg;

	expect(*name && mime_token(name) == strlen(name));
	expect(value);
	++*count;
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct work work = { .pool = pool_new() };
	const char *text = pool_strndup(work.pool, (const char *)data, size);
	const char *type;
	unsigned count = 0;

	if (!mime_type(&type, &work, &text) ||
	    !mime_params(&work, text, visit, &count)) {
		expect(work.err == ERR_BAD_REQUEST && *work.why);
	} else {
		expect(strchr(type, '/') && !strpbrk(type, "; \t"));
		expect(count <= size);
	}
	pool_free(work.pool);
	return 0;
}
