/* range.c: fuzzes the header Range against its grammar (RFC 9110 section
   14.1.1) as a regular expression. */
#include "config.h"

#include "fcgi/range.h"

#include <regex.h>
#include <strings.h>

#include "lib/base/pool.h"
#include "tests/lib/fuzz.h"

#define BLANKS  "[ \t]*"
#define ELEMENT BLANKS "([0-9]+-[0-9]{0,18}|-[0-9]{1,18})" BLANKS

static bool is_in_grammar(const char *text)
{
	static regex_t grammar;

	if (!grammar.re_nsub)
		expect(!regcomp(&grammar, "^bytes=" ELEMENT "(," ELEMENT ")*$",
				REG_EXTENDED | REG_ICASE));
	return !regexec(&grammar, text, 0, NULL, 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pool *pool = pool_new();
	const char *text = pool_strndup(pool, (const char *)data, size);

	if (range_is_valid(text))
		expect(strncasecmp(text, "bytes=", 6) || is_in_grammar(text));
	if (range_is_beyond(text, 100))
		expect(range_is_valid(text) && range_is_beyond(text, 1));
	pool_free(pool);
	return 0;
}
