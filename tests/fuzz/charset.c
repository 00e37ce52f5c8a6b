/* charset.c: fuzzes charsets: a line that is the charset's name, then bytes. */
#include "config.h"

#include "lib/base/charset.h"

#include <string.h>

#include "lib/base/pool.h"
#include "lib/base/text.h"
#include "tests/lib/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = { data, size };
	struct pool *pool = pool_new();
	const char *charset = fuzz_text(&input, pool, '\n');
	const char *bytes = (const char *)input.at;
	const char *text;

	if (charset_decode(&text, pool, charset, bytes, input.left)) {
		expect(text_is_utf8(text, strlen(text)));
		expect(!memchr(bytes, '\0', input.left));
		expect(strlen(text) <= 3 * input.left);
	}
	pool_free(pool);
	return 0;
}
