#ifndef LIB_SERVICE_KEYRING_H
#define LIB_SERVICE_KEYRING_H

#include "lib/base/work.h"
#include "lib/service/keyfile.h"

/*
 * The keys of the setting keys_file, which sign links and JSON Web Tokens. The
 * last key that does not retire signs; all keys that have not retired yet
 * verify. Each use checks whether the file has changed, so all processes start
 * and stop using a key at the same time.
 *
 * If the file becomes damaged, empty or missing, the keys read before stay in
 * use, and the event "keys_damaged" is logged once.
 */
struct keyring;

/* Does not read the file yet. Forked children do not inherit the secrets. */
struct keyring *keyring_new(const struct conf *conf);
void keyring_free(struct keyring *ring);

/* Finds the key that signs. ERR_INTERNAL if there is none. */
bool keyring_signer(struct key *key, struct work *work) MUST_CHECK;

/* Finds a key that verifies. ERR_BAD_SIGNATURE if it is unknown or retired. */
bool keyring_find(struct key *key, struct work *work, int64_t id) MUST_CHECK;

/* Reports whether the last use had to use older keys than the file's. */
bool keyring_is_damaged(const struct keyring *ring);

/* Lists all keys of the file. */
bool keyring_list(const struct key **keys, size_t *count,
		  struct work *work) MUST_CHECK;

/* Makes a new key, which signs from now on. The others retire in `retire_after`
   seconds. Removes keys that have retired. */
bool keyring_rotate(struct key *made, struct work *work,
		    int64_t retire_after) MUST_CHECK;

/* Retires the key in `retire_after` seconds, or earlier if it already retires
   earlier. ERR_NOT_FOUND; ERR_CONFLICT if it is the key that signs. */
bool keyring_retire(struct work *work, int64_t id,
		    int64_t retire_after) MUST_CHECK;

#endif
