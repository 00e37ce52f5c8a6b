#ifndef TESTS_LIB_TEST_KEYRING_H
#define TESTS_LIB_TEST_KEYRING_H

#include "lib/base/conf.h"
#include "lib/base/work.h"

enum { TEST_KEYRING_PATH_SIZE = 64 };

/* Work with settings as they are by default and a ring of keys, whose file
   `path` is not there yet. */
void test_keyring_init(struct work *work, struct conf *conf,
		       char path[TEST_KEYRING_PATH_SIZE]);
void test_keyring_release(struct work *work, const char *path);

#endif
