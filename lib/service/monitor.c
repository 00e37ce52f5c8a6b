/* monitor.c: metrics that are computed from the database. */
#include "config.h"

#include "lib/service/monitor.h"

#include <string.h>

#include "lib/base/log.h"
#include "lib/model/stats.h"
#include "lib/process/metric.h"

enum { REFRESH_MS = 2000 };

static const struct {
	const char *stat;
	enum metric metric;
} watched[] = {
	{ "queued", METRIC_QUEUED },
	{ "queued_seconds", METRIC_QUEUED_SECONDS },
	{ "workers", METRIC_WORKERS },
	{ "bytes", METRIC_STORE_BYTES },
	{ "results", METRIC_JOBS },
};

static void set(const struct stat_row *row)
{
	for (size_t i = 0; i < ARRAY_LEN(watched); i++)
		if (!strcmp(watched[i].stat, row->name))
			metric_set(watched[i].metric, row->label,
				   (uint64_t)row->value);
}

void monitor_refresh(struct work *work)
{
	struct stat_row *rows;
	size_t count = 0;
	bool up;

	if (!metric_is_due(REFRESH_MS))
		return;
	up = stats_watch(&rows, &count, work);
	metric_set(METRIC_DB_UP, NULL, up);
	if (!up)
		log_failure(work, "metrics_incomplete");
	for (size_t i = 0; !up && i < ARRAY_LEN(watched); i++)
		metric_forget(watched[i].metric);
	for (size_t i = 0; i < count; i++)
		set(&rows[i]);
}
