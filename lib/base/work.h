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
struct login_cache;
struct pool;
struct store;
struct turns;

/*
 * One unit of work: a request, a job, a command. What it takes lives in its
 * pool; when it fails, `err`, `field` and `why` say how. Clients see `why`
 * unless the kind is ERR_INTERNAL, whose text is for the log only.
 */
struct work {
	const struct conf *conf;
	struct pool *pool;
	struct db *db;
	struct store *store;
	struct keyring *keys;
	struct decoder_pool *decoders;
	struct login_cache *logins;
	struct bucket_table *buckets;       /* NULL: nothing is limited */
	struct turns *turns;                /* NULL: as above */
	struct bucket_table *known_clients; /* login_limit.h; may be NULL */
	struct turns *login_seats;          /* of the socket; NULL: no limit */
	long login_seat_count;
	const char *address; /* the client's, or NULL */
	const char *id;      /* names the work in the log: the request's id */

	/* Called about once a second while something is waited for; may be
	   NULL. It must not touch the work itself. */
	void (*tick)(void *arg);
	void *tick_arg;

	/* How long it may wait until a picture may have the memory that it
	   needs (memory_budget.h). */
	int64_t memory_wait_ms;

	/* Whether the one who asked for the work has gone; NULL: nobody waits
	   for it. */
	bool (*is_abandoned)(void *arg);
	void *is_abandoned_arg;

	enum err err;
	bool for_now;   /* another attempt may do better */
	bool uncounted; /* and this one does not count: the machine's state,
			   such as a full disk, was the reason */
	bool warned;    /* a picture was not quite as its format demands */
	bool for_log;   /* `why` is for the log, not for clients */
	char field[64]; /* which field was wrong, or "" */
	char why[256];
	int64_t retry_after; /* seconds; 0: not known */
	int64_t decoder_us;  /* CPU time that decoder processes used for it */
};

/* All return false, so that a failing function can `return fail(...)`.
   fail_field() names the field that was wrong; its kind is
   ERR_INVALID_FIELD. fail_unknown() names one that is not known; its kind is
   ERR_UNKNOWN_FIELD. fail_errno() appends strerror(errno); its kind is
   ERR_STORAGE_FULL after ENOSPC and EDQUOT, ERR_UNAVAILABLE after what else
   the machine lacks for a while (EIO, EROFS, ENOMEM, EMFILE, ENFILE), else
   ERR_INTERNAL. Its text names files and is for the log. Whether it is
   `for_now` follows from the kind, but for fail_for_now(), which says so
   itself; such an attempt counts. */
bool fail(struct work *work, enum err err, const char *fmt, ...)
	PRINTF_LIKE(3, 4);
bool fail_field(struct work *work, const char *field, const char *fmt, ...)
	PRINTF_LIKE(3, 4);
bool fail_unknown(struct work *work, const char *field, const char *fmt, ...)
	PRINTF_LIKE(3, 4);
bool fail_for_now(struct work *work, enum err err, const char *fmt, ...)
	PRINTF_LIKE(3, 4);
bool fail_errno(struct work *work, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Fails with ERR_CLIENT_GONE if the work is abandoned: before it does something
   that takes long or lasts. */
bool work_check_wanted(struct work *work) MUST_CHECK;

#endif
