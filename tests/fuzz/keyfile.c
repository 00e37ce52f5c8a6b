/* keyfile.c: fuzzes the file of the signing keys. */
#include "config.h"

#include "lib/service/keyfile.h"

#include "lib/base/pool.h"
#include "tests/lib/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct work work = { .pool = pool_new() };
	const char *file = fuzz_file(work.pool, data, size);
	struct keys keys;

	if (!keyfile_read(&keys, &work, file)) {
		expect(work.err == ERR_INTERNAL && *work.why);
		pool_free(work.pool);
		return 0;
	}
	expect(keys.count <= KEYRING_MAX);
	for (size_t i = 0; i < keys.count; i++) {
		expect(keys.list[i].id >= 0 && keys.list[i].id <= KEY_MAX_ID);
		for (size_t j = 0; j < i; j++)
			expect(keys.list[i].id != keys.list[j].id);
	}
	pool_free(work.pool);
	return 0;
}
