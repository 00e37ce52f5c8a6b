#ifndef LIB_SERVICE_KEYFILE_H
#define LIB_SERVICE_KEYFILE_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/work.h"

/*
 * The file of the setting keys_file: a line
 * "<id> <created> <retires> <64 hexadecimal digits>" each, times in seconds
 * since 1970, 0 for never. Lines that begin with # count for nothing. It is
 * replaced as a whole: whoever reads it has the old one or the new one.
 */
enum { KEY_SIZE = 32, KEYRING_MAX = 64, KEY_MAX_ID = 65535 };

struct key {
	int64_t id;
	int64_t created_at, retires_at; /* seconds since 1970; 0: never */
	uint8_t secret[KEY_SIZE];
};

struct keys {
	size_t count;
	struct key list[KEYRING_MAX]; /* in the file's order, which is of age */
};

/* ERR_INTERNAL when it cannot be read, is damaged or names an id twice. The
   caller wipes the keys. */
bool keyfile_read(struct keys *keys, struct work *work,
		  const char *path) MUST_CHECK;

/* Waits until nobody else changes the file; until `folder`, a descriptor, is
   closed. */
bool keyfile_lock(int *folder, struct work *work, const char *path) MUST_CHECK;

/* By whoever has it locked. What was true is on the disk. */
bool keyfile_replace(struct work *work, const char *path, int folder,
		     const struct keys *keys) MUST_CHECK;

#endif
