/* metrics.c: reads the metrics of pixtier-fcgi. */
#include "config.h"

#include "admin/metrics.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/pool.h"

enum { MAX_BOUNDS = 64 };

bool metrics_next(struct metrics_line *line, struct pool *pool,
		  const char **text, const char *name)
{
	const size_t name_len = strlen(name);

	while (**text) {
		const size_t len = strcspn(*text, "\n");
		const char *at = *text, *end = at + len;
		const char *value, *labels;

		*text = end + (*end == '\n');
		if (len <= name_len || strncmp(at, name, name_len) ||
		    (at[name_len] != '{' && at[name_len] != ' '))
			continue;
		value = memrchr(at, ' ', len);
		labels = at + name_len + 1;
		line->labels =
			labels < value
				? pool_strndup(pool, labels,
					       (size_t)(value - labels - 1))
				: "";
		line->value = strtod(value, NULL);
		return true;
	}
	return false;
}

const char *metrics_label(struct pool *pool, const struct metrics_line *line,
			  const char *label)
{
	const char *start = pool_printf(pool, "%s=\"", label);
	const char *at = strstr(line->labels, start);

	if (!at)
		return "";
	at += strlen(start);
	return pool_strndup(pool, at, strcspn(at, "\""));
}

double metrics_sum(struct pool *pool, const char *text, const char *name,
		   const char *part)
{
	struct metrics_line line;
	double sum = 0;

	while (metrics_next(&line, pool, &text, name))
		if (strstr(line.labels, part))
			sum += line.value;
	return sum;
}

/* Returns the lowest bound below which the share of the count lies. `counts`
   grow. */
static int64_t bound_of(const double *bounds, const double *counts,
			size_t count, double share)
{
	for (size_t i = 0; i < count; i++)
		if (counts[i] >= share * counts[count - 1])
			return i + 1 < count ? (int64_t)(bounds[i] * 1e6)
					     : INT64_MAX;
	return INT64_MAX;
}

struct metrics_times metrics_times(struct pool *pool, const char *before,
				   const char *after, const char *name)
{
	const char *buckets = pool_printf(pool, "%s_bucket", name);
	const char *sum = pool_printf(pool, "%s_sum", name);
	struct metrics_times times = { 0 };
	double bounds[MAX_BOUNDS], counts[MAX_BOUNDS];
	struct metrics_line old, new;
	size_t count = 0;
	double seconds = metrics_sum(pool, after, sum, "") -
			 metrics_sum(pool, before, sum, "");

	while (count < MAX_BOUNDS &&
	       metrics_next(&new, pool, &after, buckets)) {
		counts[count] = new.value;
		if (metrics_next(&old, pool, &before, buckets))
			counts[count] -= old.value;
		bounds[count++] = strtod(metrics_label(pool, &new, "le"), NULL);
	}
	if (!count || counts[count - 1] < 1)
		return times;
	times.count = (int64_t)counts[count - 1];
	times.mean_us = (int64_t)(seconds * 1e6) / times.count;
	times.half_us = bound_of(bounds, counts, count, 0.5);
	times.most_us = bound_of(bounds, counts, count, 0.99);
	return times;
}
