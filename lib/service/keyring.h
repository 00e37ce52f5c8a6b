#ifndef LIB_SERVICE_KEYRING_H
#define LIB_SERVICE_KEYRING_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/work.h"

/*
 * The keys that sign links, from the setting keys_file: a line
 * "<id> <created> <retires> <64 hexadecimal digits>" each, times in seconds
 * since 1970, 0 for never. The newest key that does not retire signs; all that
 * have not retired yet verify. The file is looked at again every second, and
 * at once when a link names a key that is not known.
 */
struct keyring;

enum { KEY_SIZE = 32, KEYRING_MAX = 64, KEY_MAX_ID = 65535 };

struct key {
	int64_t id;
	int64_t created_at, retires_at; /* seconds since 1970; 0: never */
	uint8_t secret[KEY_SIZE];
};

/* Reads nothing yet. The secrets are kept out of forked children. */
struct keyring *keyring_new(const struct conf *conf);
void keyring_free(struct keyring *ring);

/* ERR_INTERNAL when there is none or the file is damaged. */
bool keyring_signer(struct key *key, struct work *work) MUST_CHECK;

/* ERR_BAD_SIGNATURE when it is unknown or retired. */
bool keyring_find(struct key *key, struct work *work, int64_t id) MUST_CHECK;

/* All that the file has. */
bool keyring_list(const struct key **keys, size_t *count,
		  struct work *work) MUST_CHECK;

/* Makes a new key, which signs from now on; the others retire in
   `retire_after` seconds. Those that retired before are dropped. The file is
   replaced as a whole. */
bool keyring_rotate(struct key *made, struct work *work,
		    int64_t retire_after) MUST_CHECK;

#endif
