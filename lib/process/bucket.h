#ifndef LIB_PROCESS_BUCKET_H
#define LIB_PROCESS_BUCKET_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/work.h"

/*
 * Token buckets in memory that a supervisor shares with its children. A bucket
 * allows `limit` requests at once, and refills evenly during `window` seconds.
 * The counts are exact across all processes. A process that dies never blocks
 * the others.
 *
 * The table has a fixed size. A bucket that is full again needs no entry, so
 * another bucket may replace it. If all possible entries for a bucket are in
 * use, the fullest one is replaced.
 */
struct bucket_table;

/* Must be called before the fork. */
struct bucket_table *bucket_table_new(void);
void bucket_table_free(struct bucket_table *table);

/* Called in a child: its own children do not inherit the table. */
void bucket_table_hide(struct bucket_table *table);

/* What is limited, for whom, and by how much. */
struct bucket {
	const char *kind;    /* "user", ...: a constant of the program */
	const char *subject; /* any text, such as a user's id */
	const char *what;    /* for the error text: "requests" */
	int64_t limit;       /* 0: nothing passes */
	int64_t window;      /* seconds in which an empty bucket fills */
};

/* The state of a bucket after bucket_take() or bucket_look(). */
struct bucket_state {
	int64_t limit, window;
	int64_t left;    /* requests that may pass now */
	int64_t full_ms; /* milliseconds until the bucket is full */
	int64_t wait_ms; /* milliseconds until one may pass; 0: now */
};

/* Takes one request, or returns false. Fills `state` in both cases. `now_ms` is
   the value of clock_monotonic_ms(). */
bool bucket_take(struct bucket_state *state, struct bucket_table *table,
		 const struct bucket *bucket, int64_t now_ms) MUST_CHECK;

/* Like bucket_take(), but takes nothing. */
bool bucket_look(struct bucket_state *state, struct bucket_table *table,
		 const struct bucket *bucket, int64_t now_ms) MUST_CHECK;

/* Gives back one request that was taken. */
void bucket_give(struct bucket_table *table, const struct bucket *bucket,
		 int64_t now_ms);

/* Takes one request from work->buckets now. If none is left, fails with
   ERR_RATE_LIMITED and sets work->retry_after. Without a table every request
   passes. */
bool bucket_pass(struct bucket_state *state, struct work *work,
		 const struct bucket *bucket) MUST_CHECK;

/* Like bucket_pass(), but takes nothing. */
bool bucket_would_pass(struct work *work,
		       const struct bucket *bucket) MUST_CHECK;

/* Returns the network that an address counts as: the /64 of an IPv6 address,
   because one host usually has all of it; the IPv4 address of an IPv4-mapped
   one; else the address itself. */
const char *bucket_network(struct pool *pool, const char *address);

#endif
