/* test_keyring.c: a ring of keys for tests. */
#include "config.h"

#include "tests/lib/test_keyring.h"

#include <stdio.h>
#include <unistd.h>

#include "lib/base/pool.h"
#include "lib/service/keyring.h"

void test_keyring_init(struct work *work, struct conf *conf,
		       char path[TEST_KEYRING_PATH_SIZE])
{
	snprintf(path, TEST_KEYRING_PATH_SIZE, "/tmp/pixtier-keys.%d",
		 (int)getpid());
	unlink(path);
	conf_init(conf);
	conf->keys_file = path;
	*work = (struct work){ .conf = conf, .pool = pool_new() };
	work->keys = keyring_new(conf);
}

void test_keyring_release(struct work *work, const char *path)
{
	unlink(path);
	keyring_free(work->keys);
	pool_free(work->pool);
}
