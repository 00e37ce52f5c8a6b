#ifndef LIB_MODEL_IDEMPOTENCY_H
#define LIB_MODEL_IDEMPOTENCY_H

#include <stdint.h>

#include "lib/base/uuid.h"
#include "lib/base/work.h"

enum {
	IDEMPOTENCY_SHA256_SIZE = 32,
	IDEMPOTENCY_SECONDS = 86400,
	IDEMPOTENCY_MAX_HEADERS = 8192,
	IDEMPOTENCY_MAX_BODY = 1 << 19
};

/* A request that the client may repeat, and its response. */
struct idempotency {
	struct uuid user_id;
	uint8_t key[IDEMPOTENCY_SHA256_SIZE];  /* SHA-256 of the client's key */
	uint8_t body[IDEMPOTENCY_SHA256_SIZE]; /* SHA-256 of the request */
	struct uuid attempt;                   /* stores the response */
	int64_t status;                        /* 0: no response yet */
	const char *headers, *text;
	int64_t lease_left; /* in seconds; 0: the attempt is considered dead */
	bool is_old;        /* older than IDEMPOTENCY_SECONDS: unused */
};

/* ERR_CONFLICT if the user has a row with this key. */
bool idempotency_add(struct work *work, const struct idempotency *one,
		     int64_t lease_seconds) MUST_CHECK;

bool idempotency_find(struct idempotency *one, struct work *work,
		      struct uuid user_id,
		      const uint8_t key[IDEMPOTENCY_SHA256_SIZE]) MUST_CHECK;

/* Gives the key of `one`, which is old or whose lease has ended, to the attempt
   of `next`. ERR_CONFLICT if another attempt took it over first. */
bool idempotency_claim(struct work *work, const struct idempotency *one,
		       const struct idempotency *next,
		       int64_t lease_seconds) MUST_CHECK;

/* Stores the attempt's response. ERR_CONFLICT if another attempt has taken
   over. */
bool idempotency_finish(struct work *work,
			const struct idempotency *one) MUST_CHECK;

/* Reports whether the attempt's response is stored. Waits for a transaction
   that is storing it. ERR_NOT_FOUND if another attempt has taken over. */
bool idempotency_is_finished(bool *finished, struct work *work,
			     const struct idempotency *one) MUST_CHECK;

/* Deletes the row unless it has a response or another attempt has taken
   over. */
bool idempotency_drop(struct work *work,
		      const struct idempotency *one) MUST_CHECK;

/* Deletes old rows, at most `limit`, and counts them in `removed`. */
bool idempotency_purge(int64_t *removed, struct work *work,
		       int64_t limit) MUST_CHECK;

#endif
