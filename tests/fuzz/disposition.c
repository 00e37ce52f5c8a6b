/* disposition.c: fuzzes the Content-Disposition of answers: whatever the file's
   name, it is one line of printable ASCII, and is read as a clean name. */
#include "config.h"

#include "fcgi/disposition.h"

#include <string.h>

#include "lib/base/pool.h"
#include "lib/base/text.h"
#include "lib/net/content_disposition.h"
#include "tests/lib/fuzz.h"

static bool is_printable_ascii(const char *text)
{
	for (; *text; text++)
		if (*text < ' ' || *text > '~')
			return false;
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pool *pool = pool_new();
	const bool is_inline = size && *data % 2;
	const char *name = pool_strndup(pool, (const char *)data, size);
	const char *header = disposition_header(pool, is_inline, name);

	expect(is_printable_ascii(header));
	expect(text_starts(header, is_inline ? "inline" : "attachment"));
	name = content_disposition_filename(pool, header);
	fuzz_expect_clean(name);
	expect(strlen(name) <= DISPOSITION_MAX_NAME);
	expect(!*name == !strchr(header, ';'));
	pool_free(pool);
	return 0;
}
