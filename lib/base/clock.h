#ifndef LIB_BASE_CLOCK_H
#define LIB_BASE_CLOCK_H

#include <stdint.h>

struct pool;

/* Microseconds since 1970-01-01 00:00:00 UTC. Zero means "no time". */
int64_t clock_now_us(void);

/* Milliseconds of a clock that never jumps, for deadlines and durations. */
int64_t clock_monotonic_ms(void);

/* Formats a time by RFC 3339 in UTC, with seconds or with microseconds. NULL
   for zero. */
const char *clock_text(struct pool *pool, int64_t time_us);
const char *clock_text_us(struct pool *pool, int64_t time_us);

#endif
