#ifndef LIB_BASE_WORK_H
#define LIB_BASE_WORK_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/err.h"
#include "lib/base/util.h"

struct bucket_table;
struct conf;
struct db;
struct decoder_pool;
struct keyring;
struct password_cache;
struct pool;
struct semaphore;
struct store;

/* One unit of work: a request, a job, a command. Its resources belong to its
   pool. If it fails, `err`, `field` and `why` say how. Clients see `why` unless
   `for_log` is set, as for ERR_INTERNAL. */
struct work {
	const struct conf *conf;
	struct pool *pool;
	struct db *db;
	struct store *store;
	struct keyring *keys;
	struct decoder_pool *decoders;
	struct password_cache *passwords;
	struct bucket_table *buckets;       /* NULL: no limits */
	struct semaphore *semaphore;        /* NULL: no limits */
	struct bucket_table *known_clients; /* login_limit.h; may be NULL */
	/* semaphore of the socket; NULL: no limit */
	struct semaphore *login_seats;
	long login_seat_count;
	const char *address; /* of the client, or NULL */
	const char *id; /* identifies the work in the log: the request's id */

	/* Called about once a second during a wait; may be NULL. It must not
	   change the work itself. */
	void (*tick)(void *arg);
	void *tick_arg;

	/* How long the work may wait for memory for a picture
	   (memory_budget.h). */
	int64_t memory_wait_ms;

	/* Whether the client of the work has gone; NULL: no client waits for
	   it. */
	bool (*is_abandoned)(void *arg);
	void *is_abandoned_arg;

	enum err err;
	bool transient; /* transient: another attempt may succeed */
	bool uncounted; /* the attempt does not count, because the machine's
			   state, such as a full disk, is the reason */
	bool warned;    /* a picture deviates from its format */
	bool for_log;   /* `why` is for the log, not for clients */
	char field[64]; /* the wrong field, or "" */
	char why[256];
	int64_t retry_after; /* seconds; 0: unknown */
	int64_t decoder_us;  /* microseconds of CPU time of decoder processes */
};

/*
 * All return false, so that a failing function can `return fail(...)`.
 * fail_field() names the wrong field; its kind is ERR_INVALID_FIELD.
 * fail_unknown() names an unknown field; its kind is ERR_UNKNOWN_FIELD.
 * fail_errno() appends strerror(errno); its kind is ERR_STORAGE_FULL after
 * ENOSPC and EDQUOT, ERR_UNAVAILABLE after other temporary lacks (EIO, EROFS,
 * ENOMEM, EMFILE, ENFILE), else ERR_INTERNAL; its text contains file names and
 * is for the log. The kind decides whether the failure is transient
 * (`transient`), but fail_transient() always sets it; such an attempt counts.
 */
bool fail(struct work *work, enum err err, const char *fmt, ...)
	PRINTF_LIKE(3, 4);
bool fail_field(struct work *work, const char *field, const char *fmt, ...)
	PRINTF_LIKE(3, 4);
bool fail_unknown(struct work *work, const char *field, const char *fmt, ...)
	PRINTF_LIKE(3, 4);
bool fail_transient(struct work *work, enum err err, const char *fmt, ...)
	PRINTF_LIKE(3, 4);
bool fail_errno(struct work *work, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Begins a unit of work that has the state of `base` and its own pool; `id`
   identifies it in the log. work_end() frees the pool. */
struct work work_begin(const struct work *base, const char *id) MUST_CHECK;
void work_end(struct work *work);

/* A part of the work whose memory and resources end earlier: it has its own
   pool. work_pool_begin() returns the pool that work_pool_end() restores. */
struct pool *work_pool_begin(struct work *work) MUST_CHECK;
void work_pool_end(struct work *work, struct pool *outer);

/* Fails with ERR_CLIENT_GONE if the client has gone. Call it before something
   that takes long or is permanent. */
bool work_check_wanted(struct work *work) MUST_CHECK;

#endif
