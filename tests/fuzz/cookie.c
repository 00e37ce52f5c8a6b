/* cookie.c: fuzzes the header Cookie: its first line is the name that is looked
   for. */
#include "config.h"

#include "fcgi/cookie.h"

#include <string.h>

#include "lib/base/pool.h"
#include "lib/base/text.h"
#include "tests/lib/fuzz.h"

/* The same by another way: the first pair that begins with "name=". */
static bool has_pair(struct pool *pool, const char *cookie, const char *name,
		     const char *value)
{
	char *left = pool_strdup(pool, cookie);
	const char *start = pool_printf(pool, "%s=", name);
	char *pair;

	while ((pair = strsep(&left, ";"))) {
		pair += strspn(pair, " ");
		if (text_starts(pair, start)) {
			pair += strlen(start);
			pair[strcspn(pair, " ")] = '\0';
			return value && !strcmp(pair, value);
		}
	}
	return !value;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = { data, size };
	struct work work = { .conf = fuzz_conf(), .pool = pool_new() };
	const char *name = fuzz_text(&input, work.pool, '\n');
	struct request req = { .work = &work };

	req.cookie = fuzz_text(&input, work.pool, '\0');
	if (*name && !strpbrk(name, "=; "))
		expect(has_pair(work.pool, req.cookie, name,
				cookie_find(&req, name)));
	pool_free(work.pool);
	return 0;
}
