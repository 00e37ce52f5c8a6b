/* top.c: pixtierctl top: what the service does now. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "admin/command.h"
#include "admin/metrics.h"
#include "admin/terminal.h"
#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/conf.h"
#include "lib/base/json.h"
#include "lib/base/pool.h"
#include "lib/base/text.h"
#include "lib/model/stats.h"
#include "lib/model/worker.h"
#include "lib/net/fastcgi.h"
#include "lib/process/metric.h"

enum { INTERVAL_MS = 1000, FIRST_INTERVAL_MS = 250 };
enum { MAX_METRICS = 1 << 20, MAX_PAGE = 1 << 20, MAX_ROUTES = 10 };
enum { STATUS_COUNTERS = 4 }; /* the first ones have a line of their own */

/* The requests of this program. */
static const char own_route[] = "GET /metrics";

/* Everything that is read at one time. The texts belong to its work. */
struct sample {
	struct work work;
	int64_t at_ms;
	const char *metrics; /* NULL: `no_metrics` says why */
	const char *no_metrics;
	const char *no_database; /* NULL: it answered */
	struct stat_row *stats;
	size_t stat_count;
	struct worker *workers;
	size_t worker_count;
};

struct route {
	const char *name;
	int64_t count;
};

/* What happened between two samples. */
struct view {
	struct pool *pool;
	const struct sample *before, *after;
	int64_t interval_ms;
	struct metrics_times requests, decoders;
	struct route *routes; /* the busiest first */
	size_t route_count;
};

/* Counts of requests and of what concerns them. `part` of a label selects
   lines. */
static const struct counter {
	const char *name;
	enum metric metric;
	const char *part;
} counters[] = {
	{ "2xx", METRIC_REQUESTS, "status=\"2" },
	{ "3xx", METRIC_REQUESTS, "status=\"3" },
	{ "4xx", METRIC_REQUESTS, "status=\"4" },
	{ "5xx", METRIC_REQUESTS, "status=\"5" },
	{ "rate_limited", METRIC_RATE_LIMITED, "" },
	{ "dropped", METRIC_DROPPED, "" },
	{ "password_hashes", METRIC_PASSWORD_HASHES, "" },
	{ "decoder_deaths", METRIC_DECODER_DEATHS, "" },
};

static void read_metrics(struct sample *sample)
{
	struct work *work = &sample->work;
	struct buf *text = buf_new(work->pool, MAX_METRICS);

	if (!*work->conf->listen)
		sample->no_metrics = "listen is empty, so pixtierctl does not "
				     "know the responders' socket";
	else if (!fastcgi_get(text, work, work->conf->listen,
			      pool_printf(work->pool, "%s/metrics",
					  conf_base_path(work->conf))))
		sample->no_metrics = pool_strdup(work->pool, work->why);
	else
		sample->metrics = text->data;
}

static void take(struct sample *sample, const struct work *base)
{
	*sample = (struct sample){ .work = work_begin(base, base->id) };
	sample->at_ms = clock_monotonic_ms();
	read_metrics(sample);
	if (!stats_watch(&sample->stats, &sample->stat_count, &sample->work) ||
	    !worker_list(&sample->workers, &sample->worker_count,
			 &sample->work))
		sample->no_database =
			pool_strdup(sample->work.pool, sample->work.why);
}

static int64_t not_negative(double number)
{
	return number > 0 ? (int64_t)number : 0;
}

/* After a restart of pixtier-fcgi, counters begin at 0 again. */
static int64_t count_of(const struct view *view, enum metric metric,
			const char *part)
{
	const char *name = metric_name(metric);

	return not_negative(
		metrics_sum(view->pool, view->after->metrics, name, part) -
		metrics_sum(view->pool, view->before->metrics, name, part));
}

/* Counts requests, without those of this program, by their status. */
static int64_t count_requests(const struct view *view, const char *part)
{
	const char *own =
		pool_printf(view->pool, "route=\"%s\",%s", own_route, part);

	return not_negative((double)(count_of(view, METRIC_REQUESTS, part) -
				     count_of(view, METRIC_REQUESTS, own)));
}

static int64_t value_of(const struct view *view, const struct counter *c)
{
	return c->metric == METRIC_REQUESTS
		       ? count_requests(view, c->part)
		       : count_of(view, c->metric, c->part);
}

static int64_t waiting(const struct view *view)
{
	return (int64_t)metrics_sum(view->pool, view->after->metrics,
				    metric_name(METRIC_WAITING), "");
}

static int compare_routes(const void *a, const void *b)
{
	const struct route *one = a, *other = b;

	if (one->count != other->count)
		return one->count < other->count ? 1 : -1;
	return strcmp(one->name, other->name);
}

static void add_route(struct view *view, const char *name)
{
	const char *part = pool_printf(view->pool, "route=\"%s\"", name);

	for (size_t i = 0; i < view->route_count; i++)
		if (!strcmp(view->routes[i].name, name))
			return;
	view->routes[view->route_count].name = name;
	view->routes[view->route_count++].count =
		count_of(view, METRIC_REQUESTS, part);
}

/* Keeps the busiest routes. */
static void find_routes(struct view *view)
{
	const char *name = metric_name(METRIC_REQUESTS);
	const char *text = view->after->metrics;
	struct metrics_line line;
	size_t lines = 0, kept = 0;

	while (metrics_next(&line, view->pool, &text, name))
		lines++;
	view->routes =
		pool_alloc(view->pool, (lines + 1) * sizeof(*view->routes));
	text = view->after->metrics;
	while (metrics_next(&line, view->pool, &text, name))
		add_route(view, metrics_label(view->pool, &line, "route"));
	for (size_t i = 0; i < view->route_count; i++)
		if (view->routes[i].count &&
		    strcmp(view->routes[i].name, own_route))
			view->routes[kept++] = view->routes[i];
	qsort(view->routes, kept, sizeof(*view->routes), compare_routes);
	view->route_count = kept < MAX_ROUTES ? kept : MAX_ROUTES;
}

static struct metrics_times times_of(const struct view *view,
				     enum metric metric)
{
	return metrics_times(view->pool, view->before->metrics,
			     view->after->metrics, metric_name(metric));
}

static struct view compare(struct sample *before, struct sample *after)
{
	struct view view = { .pool = after->work.pool,
			     .before = before,
			     .after = after,
			     .interval_ms = after->at_ms - before->at_ms };

	if (view.interval_ms < 1)
		view.interval_ms = 1;
	if (!before->metrics || !after->metrics)
		return view;
	view.requests = times_of(&view, METRIC_REQUEST_SECONDS);
	view.requests.count = count_requests(&view, "");
	view.decoders = times_of(&view, METRIC_RENDER_SECONDS);
	find_routes(&view);
	return view;
}

static int64_t stat_of(const struct sample *sample, const char *name,
		       const char *label)
{
	for (size_t i = 0; i < sample->stat_count; i++)
		if (!strcmp(sample->stats[i].name, name) &&
		    !strcmp(sample->stats[i].label, label))
			return sample->stats[i].value;
	return 0;
}

/* Sums attempts at jobs with this result. */
static int64_t results_of(const struct sample *sample, enum job_state result)
{
	int64_t sum = 0;

	for (size_t i = 0; i < sample->stat_count; i++) {
		const char *bar = strchr(sample->stats[i].label, '|');

		if (!strcmp(sample->stats[i].name, "results") && bar &&
		    !strcmp(bar + 1, job_state_name(result)))
			sum += sample->stats[i].value;
	}
	return sum;
}

static int64_t finished(const struct view *view, enum job_state result)
{
	return not_negative((double)(results_of(view->after, result) -
				     results_of(view->before, result)));
}

/* The page as text */

static double per_second(const struct view *view, int64_t count)
{
	return (double)count * 1000 / (double)view->interval_ms;
}

static const char *ms_text(struct pool *pool, int64_t us)
{
	if (us == INT64_MAX)
		return "over 60 s";
	if (us >= 10000000)
		return pool_printf(pool, "%.0f s", (double)us / 1e6);
	return pool_printf(pool, us < 10000 ? "%.1f ms" : "%.0f ms",
			   (double)us / 1e3);
}

static bool add_times(struct buf *page, const struct view *view,
		      const char *name, const struct metrics_times *times)
{
	struct pool *pool = view->pool;

	if (!times->count)
		return buf_printf(page, "%-10s%8.1f/s\n", name, 0.0);
	return buf_printf(page,
			  "%-10s%8.1f/s   mean %s   half within %s   99%% "
			  "within %s\n",
			  name, per_second(view, times->count),
			  ms_text(pool, times->mean_us),
			  ms_text(pool, times->half_us),
			  ms_text(pool, times->most_us));
}

static bool add_responders(struct buf *page, const struct view *view)
{
	const struct sample *after = view->after;

	if (!view->before->metrics || !after->metrics)
		return buf_printf(page, "requests   unknown: %s\n",
				  after->metrics ? view->before->no_metrics
						 : after->no_metrics);
	if (!add_times(page, view, "requests", &view->requests) ||
	    !buf_add_text(page, "          "))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(counters); i++) {
		const struct counter *c = &counters[i];
		const int64_t count = value_of(view, c);

		if (!buf_printf(page, "%s  %s %.1f/s",
				i == STATUS_COUNTERS ? "\n          " : "",
				c->name, per_second(view, count)))
			return false;
	}
	return buf_printf(page, "\nwaiting   %8lld connections\n",
			  (long long)waiting(view)) &&
	       add_times(page, view, "decoders", &view->decoders);
}

static bool add_queue(struct buf *page, const struct view *view)
{
	const struct sample *after = view->after;

	if (after->no_database)
		return buf_printf(page, "jobs       unknown: %s\n",
				  after->no_database);
	if (!buf_printf(page, "jobs      %8.1f/s done   %.1f/s failed\n",
			per_second(view, finished(view, JOB_DONE)),
			per_second(view, finished(view, JOB_FAILED))) ||
	    !buf_add_text(page, "queue   "))
		return false;
	for (int i = JOB_HIGH; i <= JOB_LOW; i++) {
		const char *name = job_priority_name(i);

		if (!buf_printf(
			    page, "  %s %lld (oldest %lld s)", name,
			    (long long)stat_of(after, "queued", name),
			    (long long)stat_of(after, "queued_seconds", name)))
			return false;
	}
	return buf_add_text(page, "\n");
}

static bool add_routes(struct buf *page, const struct view *view)
{
	if (view->route_count && !buf_add_text(page, "\nREQUESTS/S  ROUTE\n"))
		return false;
	for (size_t i = 0; i < view->route_count; i++)
		if (!buf_printf(page, "%10.1f  %s\n",
				per_second(view, view->routes[i].count),
				view->routes[i].name))
			return false;
	return true;
}

static bool add_workers(struct buf *page, const struct view *view)
{
	const struct sample *after = view->after;

	if (after->worker_count &&
	    !buf_add_text(page, "\nSTATE         DONE    FAILED  WORKER\n"))
		return false;
	for (size_t i = 0; i < after->worker_count; i++) {
		const struct worker *w = &after->workers[i];
		const char *state = "idle";

		if (!w->alive)
			state = "silent";
		else if (!uuid_is_nil(w->job_id))
			state = job_kind_name(w->job_kind);
		if (!buf_printf(page, "%-8s  %8lld  %8lld  %s\n", state,
				(long long)w->jobs_done,
				(long long)w->jobs_failed, w->name))
			return false;
	}
	return true;
}

/* A page that is too long ends early. */
static const char *page_of(const struct view *view, const char *head)
{
	struct buf *page = buf_new(view->pool, MAX_PAGE);

	(void)(buf_printf(page, "pixtier " PACKAGE_VERSION "  %s%s\n\n",
			  clock_text(view->pool, clock_now_us()), head) &&
	       add_responders(page, view) && add_queue(page, view) &&
	       add_routes(page, view) && add_workers(page, view));
	return page->data;
}

/* The same as JSON */

static struct json *times_json(struct pool *pool,
			       const struct metrics_times *times)
{
	struct json *json = json_object(pool);

	json_set_int(json, "count", times->count);
	json_set_int(json, "mean_us", times->mean_us);
	json_set_int(json, "half_us", times->half_us);
	json_set_int(json, "most_us", times->most_us);
	return json;
}

static void set_responders(struct json *json, const struct view *view)
{
	struct json *routes = json_array(view->pool);

	json_set_text(json, "no_metrics", view->after->no_metrics);
	if (!view->before->metrics || !view->after->metrics)
		return;
	json_set(json, "requests", times_json(view->pool, &view->requests));
	for (size_t i = 0; i < ARRAY_LEN(counters); i++)
		json_set_int(
			json, counters[i].name,
			count_of(view, counters[i].metric, counters[i].part));
	json_set_int(json, "waiting", waiting(view));
	json_set(json, "decoders", times_json(view->pool, &view->decoders));
	for (size_t i = 0; i < view->route_count; i++) {
		struct json *route = json_object(view->pool);

		json_set_text(route, "route", view->routes[i].name);
		json_set_int(route, "count", view->routes[i].count);
		json_push(routes, route);
	}
	json_set(json, "routes", routes);
}

static void set_workers(struct json *json, const struct view *view)
{
	struct json *workers = json_array(view->pool);

	for (size_t i = 0; i < view->after->worker_count; i++) {
		const struct worker *w = &view->after->workers[i];
		struct json *worker = json_object(view->pool);

		json_set_text(worker, "name", w->name);
		json_set_bool(worker, "alive", w->alive);
		json_set_text(worker, "job_kind",
			      uuid_is_nil(w->job_id)
				      ? NULL
				      : job_kind_name(w->job_kind));
		json_push(workers, worker);
	}
	json_set(json, "workers", workers);
}

static const char *json_of(const struct view *view)
{
	struct json *json = json_object(view->pool);
	struct json *queued = json_object(view->pool);

	json_set_int(json, "interval_ms", view->interval_ms);
	set_responders(json, view);
	for (int i = JOB_HIGH; i <= JOB_LOW; i++)
		json_set_int(
			queued, job_priority_name(i),
			stat_of(view->after, "queued", job_priority_name(i)));
	json_set(json, "queued", queued);
	json_set_int(json, "jobs_done", finished(view, JOB_DONE));
	json_set_int(json, "jobs_failed", finished(view, JOB_FAILED));
	set_workers(json, view);
	return json_print_pretty(view->pool, json);
}

/* One page, about one interval. */
static bool show_once(struct call *call)
{
	const struct timespec interval = { INTERVAL_MS / 1000, 0 };
	struct sample before, after;
	struct view view;
	bool good;

	take(&before, call->work);
	nanosleep(&interval, NULL);
	take(&after, call->work);
	view = compare(&before, &after);
	good = !after.no_database;
	if (good)
		fputs(call->json ? json_of(&view) : page_of(&view, ""), stdout);
	else
		fail(call->work, ERR_UNAVAILABLE, "%s", after.no_database);
	work_end(&before.work);
	work_end(&after.work);
	return good;
}

static bool show_live(struct call *call)
{
	struct sample before, after;
	int wait_ms = FIRST_INTERVAL_MS;

	if (!terminal_enter(call->work))
		return false;
	take(&before, call->work);
	while (terminal_wait(wait_ms)) {
		struct view view;

		take(&after, call->work);
		view = compare(&before, &after);
		terminal_draw(page_of(&view, "  q: end"));
		work_end(&before.work);
		before = after;
		wait_ms = INTERVAL_MS;
	}
	work_end(&before.work);
	return true;
}

bool cmd_top_show(struct call *call)
{
	return !call->json && terminal_is_there() ? show_live(call)
						  : show_once(call);
}
