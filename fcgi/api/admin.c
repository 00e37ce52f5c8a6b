/* admin.c: the routes under /v1/admin/workers and /v1/admin/stats. */
#include "config.h"

#include "fcgi/api/admin.h"

#include <string.h>

#include "fcgi/page.h"
#include "fcgi/response.h"
#include "fcgi/routes.h"
#include "lib/base/clock.h"
#include "lib/base/json.h"
#include "lib/base/pool.h"
#include "lib/model/stats.h"
#include "lib/model/worker.h"
#include "lib/service/login.h"
#include "lib/service/stats_history.h"

struct actor admin_actor(const struct request *req)
{
	return (struct actor){
		.name = req->who->user.username,
		.address = req->remote_addr,
	};
}

static struct json *worker_json(struct pool *pool, const struct worker *worker)
{
	struct json *json = json_object(pool);
	struct json *job = NULL;

	if (!uuid_is_nil(worker->job_id)) {
		job = json_object(pool);
		json_set_text(job, "id", UUID_TEXT(worker->job_id));
		json_set_text(job, "kind", job_kind_name(worker->job_kind));
	}
	json_set_text(json, "name", worker->name);
	json_set_text(json, "host", worker->host);
	json_set_int(json, "pid", worker->pid);
	json_set_bool(json, "alive", worker->alive);
	json_set_text(json, "started_at", clock_text(pool, worker->started_at));
	json_set_text(json, "seen_at", clock_text(pool, worker->seen_at));
	json_set_int(json, "jobs_done", worker->jobs_done);
	json_set_int(json, "jobs_failed", worker->jobs_failed);
	json_set(json, "job", job);
	return json;
}

/* Workers are few, so one page has all of them. */
bool admin_workers_list(struct request *req, struct response *res)
{
	struct pool *pool = req->work->pool;
	struct json *items = json_array(pool);
	struct worker *workers;
	size_t count;

	if (!worker_list(&workers, &count, req->work))
		return false;
	for (size_t i = 0; i < count; i++)
		json_push(items, worker_json(pool, &workers[i]));
	return page_answer(res, req, &(struct page){ 0 }, items);
}

/* Builds {"queued": {"high": 1, ...}, ...}. The rows of a name must be
   adjacent. */
static void add_stats(struct json *json, struct pool *pool,
		      const struct stat_row *rows, size_t count)
{
	struct json *group = NULL;

	for (size_t i = 0; i < count; i++) {
		if (!i || strcmp(rows[i].name, rows[i - 1].name)) {
			group = json_object(pool);
			json_set(json, rows[i].name, group);
		}
		json_set_int(group, rows[i].label, rows[i].value);
	}
}

bool admin_stats_show(struct request *req, struct response *res)
{
	struct pool *pool = req->work->pool;
	struct json *json = json_object(pool);
	struct stat_row *rows;
	size_t count;

	if (!stats_survey(&rows, &count, req->work))
		return false;
	add_stats(json, pool, rows, count);
	json_set_int(json, "counted_up_to", STATS_COUNT_MAX);
	return response_json(res, req, 200, json);
}

bool admin_stats_history(struct request *req, struct response *res)
{
	struct work *work = req->work;
	struct stats_history history;
	unsigned range;

	if (!names_read(&range, work, &stats_ranges, "range",
			request_query(req, "range")) ||
	    !stats_history_read(&history, work,
				range ? (enum stats_range)range
				      : STATS_RANGE_HOUR))
		return false;
	return response_json(res, req, 200,
			     stats_history_json(work->pool, &history));
}
