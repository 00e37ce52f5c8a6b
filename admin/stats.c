/* stats.c: pixtierctl stats. */
#include "config.h"

#include <stdio.h>

#include "admin/command.h"
#include "admin/print.h"
#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/json.h"
#include "lib/base/pool.h"
#include "lib/model/stats.h"
#include "lib/service/stats_history.h"

/* The widest chart, and the bytes that a bar needs in UTF-8. */
enum { MAX_BARS = 48, BAR_BYTES = 4 };

static const char *const bars[] = { "\u2581", "\u2582", "\u2583", "\u2584",
				    "\u2585", "\u2586", "\u2587", "\u2588" };

static int64_t greatest_of(const int64_t *values, size_t count)
{
	int64_t greatest = -1;

	for (size_t i = 0; i < count; i++)
		if (values[i] > greatest)
			greatest = values[i];
	return greatest;
}

/* Returns the last value that was measured; -1: none was. */
static int64_t latest_of(const int64_t *values, size_t count)
{
	while (count--)
		if (values[count] >= 0)
			return values[count];
	return -1;
}

/* The lowest bar is 0. */
static const char *bar_of(int64_t value, int64_t greatest)
{
	const double most = ARRAY_LEN(bars) - 1;

	if (value < 0)
		return " ";
	return greatest
		       ? bars[(size_t)((double)value / (double)greatest * most +
				       0.5)]
		       : bars[0];
}

/* Several points share a bar, which has the greatest of their values. */
static const char *chart_of(struct pool *pool, const int64_t *values,
			    size_t points)
{
	const size_t share = (points + MAX_BARS - 1) / MAX_BARS;
	const int64_t greatest = greatest_of(values, points);
	struct buf *chart = buf_new(pool, MAX_BARS * BAR_BYTES);

	for (size_t i = 0; i < points; i += share) {
		const size_t count = points - i < share ? points - i : share;

		if (!buf_add_text(chart, bar_of(greatest_of(values + i, count),
						greatest)))
			break;
	}
	return chart->data;
}

static const char *number_text(struct pool *pool, int64_t value,
			       unsigned decimals)
{
	if (value < 0)
		return NULL;
	return decimals ? pool_printf(pool, "%lld.%lld", (long long)value / 10,
				      (long long)value % 10)
			: pool_printf(pool, "%lld", (long long)value);
}

static void add_row(struct print *print, struct pool *pool,
		    const struct stats_series *series, size_t points)
{
	const int64_t *values = series->values;
	const unsigned decimals = series->decimals;

	PRINT_ROW(print, cell_text(series->name), cell_text(series->label),
		  cell_text(number_text(pool, latest_of(values, points),
					decimals)),
		  cell_text(number_text(pool, greatest_of(values, points),
					decimals)),
		  cell_text(chart_of(pool, values, points)));
}

static bool show_history(struct call *call, const struct stats_history *history)
{
	static const char *const columns[] = { "name",     "label", "latest",
					       "greatest", "chart", NULL };
	struct pool *pool = call->work->pool;
	struct print *print = print_table(call, columns);

	if (call->json) {
		puts(json_print_pretty(pool,
				       stats_history_json(pool, history)));
		return true;
	}
	for (size_t i = 0; i < history->series_count; i++)
		add_row(print, pool, &history->series[i], history->points);
	printf("%zu steps of %lld seconds from %s\n\n", history->points,
	       (long long)history->step_seconds,
	       clock_text(pool, history->start));
	return print_end(print);
}

static bool show_numbers(struct call *call)
{
	static const char *const columns[] = { "name", "label", "value", NULL };
	struct print *print = print_table(call, columns);
	struct stat_row *rows;
	size_t count;

	if (!stats_survey(&rows, &count, call->work))
		return false;
	for (size_t i = 0; i < count; i++)
		PRINT_ROW(print, cell_text(rows[i].name),
			  cell_text(rows[i].label), cell_number(rows[i].value));
	return print_end(print);
}

bool cmd_stats_show(struct call *call)
{
	const char *name = call->options[OPTION_HISTORY];
	struct stats_history history;
	unsigned range;

	if (!name)
		return show_numbers(call);
	if (!names_find(&range, &stats_ranges, name))
		return fail(call->work, ERR_BAD_REQUEST,
			    "--history: hour, day or month, not \"%s\"", name);
	return stats_history_read(&history, call->work,
				  (enum stats_range)range) &&
	       show_history(call, &history);
}
