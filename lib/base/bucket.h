#ifndef LIB_BASE_BUCKET_H
#define LIB_BASE_BUCKET_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/work.h"

/*
 * Token buckets in memory that a supervisor shares with its children: so many
 * at once, regained evenly over a time. Counts are exact for all processes
 * together, and one that dies at any moment blocks nobody.
 *
 * The table has a fixed size. A bucket that is full again is as good as none,
 * so its place is taken by another; when all places that a bucket may have are
 * in use, the one that is fullest makes room.
 */
struct bucket_table;

/* Before the fork. */
struct bucket_table *bucket_table_new(void);
void bucket_table_free(struct bucket_table *table);

/* In a child: what it forks from now on does not get the table. */
void bucket_table_hide(struct bucket_table *table);

/* What is limited, for whom, and how. */
struct bucket {
	const char *kind;    /* "user", ...: a word of the program's */
	const char *subject; /* any text */
	const char *what;    /* for the failure's text: "requests" */
	int64_t limit;       /* 0: nothing passes */
	int64_t window;      /* seconds in which an empty one fills */
};

/* How full it is, after a bucket_take(). */
struct bucket_state {
	int64_t limit, window;
	int64_t left;    /* how many would pass now */
	int64_t full_ms; /* until it is full again */
	int64_t wait_ms; /* until one will pass; 0: now */
};

/* Takes one, or returns false; `state` is filled in either case. `now_ms` is
   clock_monotonic_ms(). */
bool bucket_take(struct bucket_state *state, struct bucket_table *table,
		 const struct bucket *bucket, int64_t now_ms) MUST_CHECK;

/* As bucket_take(), but takes none. */
bool bucket_look(struct bucket_state *state, struct bucket_table *table,
		 const struct bucket *bucket, int64_t now_ms) MUST_CHECK;

/* Puts one back that was taken. */
void bucket_give(struct bucket_table *table, const struct bucket *bucket,
		 int64_t now_ms);

/* Takes one now from work->buckets; ERR_RATE_LIMITED, with work->retry_after
   set. Without a table everything passes. */
bool bucket_pass(struct bucket_state *state, struct work *work,
		 const struct bucket *bucket) MUST_CHECK;

/* The same, but takes none. */
bool bucket_would_pass(struct work *work,
		       const struct bucket *bucket) MUST_CHECK;

/* Whom an address stands for: an IPv6 address for its /64, of which one host
   has all; an IPv4-mapped one for the IPv4 address; any other for itself. */
const char *bucket_network(struct pool *pool, const char *address);

#endif
