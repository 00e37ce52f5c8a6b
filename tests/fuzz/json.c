/* json.c: fuzzes JSON texts: what is read prints as what reads the same. */
#include "config.h"

#include "lib/base/json.h"

#include <string.h>

#include "lib/base/pool.h"
#include "lib/base/text.h"
#include "tests/lib/fuzz.h"

static void check_fields(const struct json *json, struct work *work)
{
	const char *text, **texts;
	int64_t number;
	size_t count;
	bool yes;

	if (json_get_text(&text, work, json, "a", 1, 10))
		expect(strlen(text) >= 1 && strlen(text) <= 10 &&
		       text_is_utf8(text, strlen(text)));
	if (json_get_int(&number, work, json, "a", -5, 5))
		expect(number >= -5 && number <= 5);
	if (json_get_bool(&yes, work, json, "a"))
		expect(json_has(json, "a") && !json_scalar(json, "a"));
	if (json_get_texts(&texts, &count, work, json, "a", 3, 10)) {
		expect(count <= 3);
		for (size_t i = 0; i < count; i++)
			expect(strlen(texts[i]) <= 10);
	}
}

static void check_print(const struct json *json, struct work *work)
{
	struct json *again;
	size_t len, again_len;
	const char *text = json_print(work->pool, json, &len);
	const char *printed;

	expect(len == strlen(text) && text_is_utf8(text, len));
	if (len > JSON_MAX_BYTES)
		return;
	expect(json_parse(&again, work, text, len));
	printed = json_print(work->pool, again, &again_len);
	expect(len == again_len && !memcmp(text, printed, len));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const known[] = { "a", NULL };
	struct work work = { .pool = pool_new() };
	struct json *json;

	if (json_parse(&json, &work, (const char *)data, size)) {
		expect(text_is_utf8((const char *)data, size));
		check_print(json, &work);
		check_fields(json, &work);
		if (!json_only(json, &work, known))
			expect(work.err == ERR_UNKNOWN_FIELD);
	} else {
		expect(work.err == ERR_BAD_REQUEST ||
		       work.err == ERR_TOO_LARGE);
		expect(*work.why);
	}
	pool_free(work.pool);
	return 0;
}
