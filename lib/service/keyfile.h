#ifndef LIB_SERVICE_KEYFILE_H
#define LIB_SERVICE_KEYFILE_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/work.h"

/*
 * The file of the setting keys_file. Each line is "<id> <created> <retires> <64
 * hexadecimal digits>", with times in seconds since 1970 and 0 for never. Lines
 * that begin with # are comments. A change replaces the whole file, so a reader
 * sees either the old or the new version.
 */
enum { KEY_SIZE = 32, KEYRING_MAX = 64, KEY_MAX_ID = 65535 };

struct key {
	int64_t id;
	int64_t created_at, retires_at; /* seconds since 1970; 0: never */
	uint8_t secret[KEY_SIZE];
};

struct keys {
	size_t count;
	struct key list[KEYRING_MAX]; /* in the file's order: oldest first */
};

/* ERR_INTERNAL if the file cannot be read, is damaged or has an id twice. The
   caller wipes the keys. */
bool keyfile_read(struct keys *keys, struct work *work,
		  const char *path) MUST_CHECK;

/* Locks the file against other changes, and waits if it is locked. The lock
   lasts until the caller closes `folder`. */
bool keyfile_lock(int *folder, struct work *work, const char *path) MUST_CHECK;

/* Replaces the file durably. The caller holds the lock. */
bool keyfile_replace(struct work *work, const char *path, int folder,
		     const struct keys *keys) MUST_CHECK;

#endif
