#ifndef LIB_BASE_METRIC_H
#define LIB_BASE_METRIC_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/util.h"

/*
 * Counters, gauges and histograms in memory that a supervisor shares with all
 * its children. Their names, labels and meanings are the table in metric.c.
 * Adding takes no lock, and a process may die at any moment of it. Before
 * metric_init() all of these do nothing.
 */
enum metric {
	METRIC_REQUESTS, /* labels: route, status */
	METRIC_REQUEST_SECONDS,
	METRIC_RATE_LIMITED,    /* labels: limit */
	METRIC_PASSWORD_HASHES, /* labels: kind */
	METRIC_DROPPED,         /* labels: reason */
	METRIC_WAITING,         /* labels: group */
	METRIC_UPLOAD_BYTES,
	METRIC_PAINT_SECONDS,
	METRIC_PAINTER_DEATHS,
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

/* Before the fork. */
void metric_init(void);

/*
 * `label` has the values of the metric's labels in the table's order, joined
 * by '|': "GET /v1/images|200". NULL: the metric has none. The values come
 * from a small set, never from a client: what is over METRIC_MAX_LABELS
 * combinations, or longer than METRIC_MAX_LABEL bytes, counts as "other".
 */
enum { METRIC_MAX_LABELS = 512, METRIC_MAX_LABEL = 127 };
void metric_add(enum metric metric, const char *label, uint64_t n);

/* What is read from elsewhere: the value is from now on this. A value that is
   not known any more is not printed until it is set again. */
void metric_set(enum metric metric, const char *label, uint64_t value);
void metric_forget(enum metric metric);

/* True for one caller of all processes, once in so many milliseconds: it is to
   set what is read from elsewhere. */
bool metric_is_due(int64_t every_ms);

/* For the metrics in seconds. */
void metric_observe_us(enum metric metric, int64_t us);

/* Prometheus' text format 0.0.4. False when the buffer's limit is too low. */
bool metric_print(struct buf *out) MUST_CHECK;

#endif
