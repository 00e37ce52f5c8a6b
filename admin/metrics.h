#ifndef ADMIN_METRICS_H
#define ADMIN_METRICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/util.h"

/* Reads the metrics of pixtier-fcgi: Prometheus' text format 0.0.4 as metric.c
   prints it. */

struct pool;

/* A line of one metric. */
struct metrics_line {
	const char *labels; /* what stands between the braces, or "" */
	double value;
};

/* Reads the next line of the metric `name` and moves `text` behind it. Returns
   false if there is none. */
bool metrics_next(struct metrics_line *line, struct pool *pool,
		  const char **text, const char *name) MUST_CHECK;

/* Returns the value of a label, or "". */
const char *metrics_label(struct pool *pool, const struct metrics_line *line,
			  const char *label);

/* Returns the sum of the metric's lines whose labels contain `part`. */
double metrics_sum(struct pool *pool, const char *text, const char *name,
		   const char *part);

/* What a histogram of seconds counted between two readings. */
struct metrics_times {
	int64_t count;
	int64_t mean_us; /* 0: nothing was counted */
	/* At least half, and 99 of 100, took no longer; INT64_MAX: the
	   histogram's last bound. */
	int64_t half_us, most_us;
};
struct metrics_times metrics_times(struct pool *pool, const char *before,
				   const char *after, const char *name);

#endif
