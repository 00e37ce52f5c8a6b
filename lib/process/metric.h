#ifndef LIB_PROCESS_METRIC_H
#define LIB_PROCESS_METRIC_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/util.h"

/*
 * Counters, gauges and histograms in memory that a supervisor shares with all
 * its children. metric.c has the table of names, labels and meanings. Adding
 * takes no lock, and a process may die at any moment. Before metric_init() all
 * functions do nothing.
 */
enum metric {
	METRIC_REQUESTS, /* labels: route, status */
	METRIC_REQUEST_SECONDS,
	METRIC_RATE_LIMITED,    /* labels: limit */
	METRIC_PASSWORD_HASHES, /* labels: kind */
	METRIC_DROPPED,         /* labels: reason */
	METRIC_WAITING,         /* labels: group */
	METRIC_UPLOADS,
	METRIC_UPLOAD_BYTES,
	METRIC_RENDER_SECONDS,
	METRIC_DECODER_DEATHS,
	METRIC_MEMORY_BUSY,
	METRIC_JOBS,     /* labels: kind, result */
	METRIC_RESPAWNS, /* labels: group */
	METRIC_DB_RETRIES,
	METRIC_DB_RECONNECTS,
	METRIC_DB_UP,
	METRIC_QUEUED,         /* labels: priority */
	METRIC_QUEUED_SECONDS, /* labels: priority */
	METRIC_WORKERS,        /* labels: state */
	METRIC_STORE_BYTES,    /* labels: kind */
	METRIC_BUILD_INFO,     /* labels: version */
	METRIC__COUNT
};

struct buf;

/* Returns the name that monitors see. */
const char *metric_name(enum metric metric);

/* Must be called before the fork. */
void metric_init(void);

/*
 * `label` has the values of the metric's labels in the table's order, joined by
 * '|': "GET /v1/images|200". NULL: the metric has no labels. Values come from a
 * small set, never from a client. Beyond METRIC_MAX_LABELS combinations, or
 * METRIC_MAX_LABEL bytes, values count as "other".
 */
enum { METRIC_MAX_LABELS = 512, METRIC_MAX_LABEL = 127 };
void metric_add(enum metric metric, const char *label, uint64_t n);

/* Sets the value of a gauge that is read from elsewhere. metric_forget(): the
   value is unknown, and is not printed until it is set again. */
void metric_set(enum metric metric, const char *label, uint64_t value);
void metric_forget(enum metric metric);

/* Returns true to one caller among all processes, once in `every_ms`: this
   caller updates the values that are read from elsewhere. */
bool metric_is_due(int64_t every_ms);

/* For the metrics in seconds. */
void metric_observe_us(enum metric metric, int64_t us);

/* Returns the sum of a counter's values. `last` is how the value of the last
   label begins; "": any. Before metric_init(), it is 0. */
uint64_t metric_sum(enum metric metric, const char *last);

/* Reads how many times each bucket of a histogram has. The last bucket has no
   upper bound. */
enum { METRIC_BUCKETS = 16 };
void metric_read(int64_t counts[METRIC_BUCKETS], enum metric metric);

/* Returns the time that `per_cent` of the times do not exceed, by linear
   interpolation in its bucket; the last bound if it is in the last bucket; -1
   if the buckets are empty. */
int64_t metric_quantile_us(const int64_t counts[METRIC_BUCKETS],
			   int64_t per_cent);

/* Prints in Prometheus' text format 0.0.4. Returns false if the buffer's limit
   is too low. */
bool metric_print(struct buf *out) MUST_CHECK;

#endif
