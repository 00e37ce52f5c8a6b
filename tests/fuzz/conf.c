/* conf.c: fuzzes the file of the settings: what is read says the same when it
   is read again, and what is refused says why. */
#include "config.h"

#include "lib/base/conf.h"

#include <string.h>

#include "lib/base/pool.h"
#include "tests/lib/fuzz.h"

enum { MAX_SETTINGS = 200 };

struct values {
	const char *list[MAX_SETTINGS];
	size_t count;
};

static void add(const struct conf_row *row, void *arg)
{
	struct values *values = arg;

	expect(values->count < MAX_SETTINGS && row->value);
	values->list[values->count++] = row->value;
}

static void check(const struct conf *conf, struct work *work, const char *file)
{
	struct values values = { 0 }, again = { 0 };
	struct conf other;

	conf_each(conf, work->pool, add, &values);
	expect(conf_load(&other, work, file));
	conf_each(&other, work->pool, add, &again);
	expect(values.count == again.count);
	for (size_t i = 0; i < values.count; i++)
		expect(!strcmp(values.list[i], again.list[i]));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct work work = { .pool = pool_new() };
	const char *file = fuzz_file(work.pool, data, size);
	struct conf conf;

	if (conf_load(&conf, &work, file))
		check(&conf, &work, file);
	else
		expect(*work.why);
	pool_free(work.pool);
	return 0;
}
