/* text.c: fuzzes the codes that texts have in HTTP: what is read is what would
   be written, and what is written is read. */
#include "config.h"

#include "lib/base/text.h"

#include <string.h>

#include "lib/base/pool.h"
#include "tests/lib/fuzz.h"

static void check_base64(struct pool *pool, const uint8_t *data, size_t size,
			 const char *text)
{
	void *bytes;
	size_t len;

	expect(text_unbase64url(pool, &bytes, &len,
				text_base64url(pool, data, size)));
	expect(len == size && !memcmp(bytes, data, size));
	expect(text_unbase64(pool, &bytes, &len,
			     text_base64(pool, data, size)));
	expect(len == size && !memcmp(bytes, data, size));
	if (text_unbase64url(pool, &bytes, &len, text))
		expect(!strcmp(text_base64url(pool, bytes, len), text));
	if (text_unbase64(pool, &bytes, &len, text))
		expect(!strcmp(text_base64(pool, bytes, len), text));
}

static void check_percent(struct pool *pool, const char *text)
{
	const char *encoded = text_percent(pool, text);
	char *bytes;
	size_t len;

	expect(text_unpercent(pool, &bytes, &len, encoded, strlen(encoded)));
	expect(len == strlen(text) && !memcmp(bytes, text, len));
	if (text_unpercent(pool, &bytes, &len, text, strlen(text)))
		expect(len <= strlen(text) && !bytes[len]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pool *pool = pool_new();
	const char *text = pool_strndup(pool, (const char *)data, size);
	int64_t number;

	check_base64(pool, data, size, text);
	check_percent(pool, text);
	expect(!strpbrk(text_html(pool, text), "<>\"'"));
	expect(text_cut(text, 10) <= 10);
	if (text_int(&number, text, -7, 7))
		expect(number >= -7 && number <= 7);
	if (text_seconds(&number, text, 1, 604800))
		expect(number >= 1 && number <= 604800);
	pool_free(pool);
	return 0;
}
