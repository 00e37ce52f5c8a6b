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

/* A request that may come again, and its answer. */
struct idempotency {
	struct uuid user_id;
	uint8_t key[IDEMPOTENCY_SHA256_SIZE];  /* SHA-256 of the client's */
	uint8_t body[IDEMPOTENCY_SHA256_SIZE]; /* SHA-256 of what was asked */
	struct uuid attempt;                   /* whose turn it is to answer */
	int64_t status;                        /* 0: not answered yet */
	const char *headers, *text;
	int64_t lease_left; /* seconds; 0: the attempt counts as dead */
	bool is_old;        /* over IDEMPOTENCY_SECONDS: as good as gone */
};

/* ERR_CONFLICT when the user has used the key. */
bool idempotency_add(struct work *work, const struct idempotency *one,
		     int64_t lease_seconds) MUST_CHECK;

bool idempotency_find(struct idempotency *one, struct work *work,
		      struct uuid user_id,
		      const uint8_t key[IDEMPOTENCY_SHA256_SIZE]) MUST_CHECK;

/* Gives the key of `one`, which is old or whose lease is over, to the attempt
   of `next`. ERR_CONFLICT when it was neither any more. */
bool idempotency_take_over(struct work *work, const struct idempotency *one,
			   const struct idempotency *next,
			   int64_t lease_seconds) MUST_CHECK;

/* Keeps the attempt's answer. ERR_CONFLICT when another has taken over. */
bool idempotency_finish(struct work *work,
			const struct idempotency *one) MUST_CHECK;

/* Whether the attempt's answer was kept. Waits for a transaction that is about
   to keep it. ERR_NOT_FOUND when another has taken over. */
bool idempotency_is_finished(bool *finished, struct work *work,
			     const struct idempotency *one) MUST_CHECK;

/* Forgets the attempt, unless it has an answer or another has taken over. */
bool idempotency_drop(struct work *work,
		      const struct idempotency *one) MUST_CHECK;

/* Removes what is old, so many at most; how many. */
bool idempotency_purge(int64_t *removed, struct work *work,
		       int64_t limit) MUST_CHECK;

#endif
