#ifndef LIB_BASE_CLOCK_H
#define LIB_BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/util.h"

struct pool;

/* Microseconds since 1970-01-01 00:00:00 UTC. Zero means "no time". */
int64_t clock_now_us(void);

/* Milliseconds of a clock that never jumps, for deadlines and durations. */
int64_t clock_monotonic_ms(void);

/* Formats a time by RFC 3339 in UTC, with seconds or with microseconds. NULL
   for zero. */
const char *clock_text(struct pool *pool, int64_t time_us);
const char *clock_text_us(struct pool *pool, int64_t time_us);

/* Reads a time by RFC 3339, in any zone, with T and Z in upper case. Digits
   after microseconds are ignored. Only times after 1970-01-01 00:00:00 UTC. */
bool clock_parse(int64_t *time_us, const char *text) MUST_CHECK;

#endif
