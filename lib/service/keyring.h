#ifndef LIB_SERVICE_KEYRING_H
#define LIB_SERVICE_KEYRING_H

#include "lib/base/work.h"
#include "lib/service/keyfile.h"

/*
 * The keys that sign links and JSON Web Tokens, from the setting keys_file. The
 * last key that does not retire signs; all that have not retired yet verify.
 * Whether the file has changed is asked at each use, so that a key signs for
 * one process only when all have it, and a key that is retired is so for all.
 *
 * Once keys have been read they go on when the file is damaged, empty or away:
 * that is logged once, as "keys_damaged".
 */
struct keyring;

/* Reads nothing yet. The secrets are kept out of forked children. */
struct keyring *keyring_new(const struct conf *conf);
void keyring_free(struct keyring *ring);

/* ERR_INTERNAL when there is none. */
bool keyring_signer(struct key *key, struct work *work) MUST_CHECK;

/* ERR_BAD_SIGNATURE when it is unknown or retired. */
bool keyring_find(struct key *key, struct work *work, int64_t id) MUST_CHECK;

/* Whether older keys than the file's were used last. */
bool keyring_is_damaged(const struct keyring *ring);

/* All there are. */
bool keyring_list(const struct key **keys, size_t *count,
		  struct work *work) MUST_CHECK;

/* Makes a new key, which signs from now on; the others retire in
   `retire_after` seconds. Those that retired before are dropped. */
bool keyring_rotate(struct key *made, struct work *work,
		    int64_t retire_after) MUST_CHECK;

/* The key retires in `retire_after` seconds, if not before. ERR_NOT_FOUND;
   ERR_CONFLICT when it is the one that signs. */
bool keyring_retire(struct work *work, int64_t id,
		    int64_t retire_after) MUST_CHECK;

#endif
