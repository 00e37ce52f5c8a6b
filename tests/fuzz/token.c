/* token.c: fuzzes the tokens of signed URLs: none is taken that was not made
   here, and the one that was, in any piece of it. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/conf.h"
#include "lib/base/pool.h"
#include "lib/service/keyring.h"
#include "lib/service/share.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct keyring *keys;
static struct conf conf;
static char path[64];

static void remove_keys(void)
{
	unlink(path);
}

static void make_keys(void)
{
	struct work work = { .conf = &conf, .pool = pool_new() };
	struct key key;

	snprintf(path, sizeof(path), "/tmp/pixtier-fuzz.%d", (int)getpid());
	conf_init(&conf);
	conf.keys_file = path;
	keys = work.keys = keyring_new(&conf);
	if (!keyring_rotate(&key, &work, 0))
		abort();
	atexit(remove_keys);
	pool_free(work.pool);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct work work = { .conf = &conf };
	struct shared shared;
	char *token, *name;

	if (!keys)
		make_keys();
	work.pool = pool_new();
	work.keys = keys;
	token = pool_strndup(work.pool, (const char *)data, size);
	name = strchr(token, '/');
	if (name)
		*name++ = '\0';
	if (share_open(&shared, &work, token, name ? name : "x.jpg") ||
	    work.err != ERR_BAD_SIGNATURE)
		abort();
	pool_free(work.pool);
	return 0;
}
