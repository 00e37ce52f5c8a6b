/* filename.c: fuzzes the names of files in headers: extended values, encoded
   words, unknown charsets. */
#include "config.h"

#include "lib/base/filename.h"

#include <string.h>

#include "lib/base/charset.h"
#include "lib/base/encoded_word.h"
#include "lib/base/pool.h"
#include "lib/base/text.h"
#include "tests/lib/fuzz.h"

static void check_last_component(const char *path)
{
	const char *last = filename_last_component(path);

	expect(!strpbrk(last, "/\\"));
	expect(strcmp(last, ".") && strcmp(last, ".."));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pool *pool = pool_new();
	const char *text = pool_strndup(pool, (const char *)data, size);
	const char *decoded;

	decoded = filename_decode(pool, text);
	expect(text_is_utf8(decoded, strlen(decoded)));
	check_last_component(decoded);
	if (filename_decode_extended(&decoded, pool, text)) {
		expect(text_is_utf8(decoded, strlen(decoded)));
		check_last_component(decoded);
	}
	decoded = charset_guess(pool, text);
	expect(text_is_utf8(decoded, strlen(decoded)));
	decoded = encoded_word_decode(pool, decoded);
	expect(text_is_utf8(decoded, strlen(decoded)));
	pool_free(pool);
	return 0;
}
