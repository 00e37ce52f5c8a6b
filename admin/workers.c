/* workers.c: pixtierctl worker. */
#include "config.h"

#include "lib/model/worker.h"

#include "admin/command.h"
#include "admin/print.h"
#include "lib/base/clock.h"
#include "lib/base/pool.h"

static const char *const columns[] = { "name",      "host",        "pid",
				       "alive",     "started_at",  "seen_at",
				       "jobs_done", "jobs_failed", "job_id",
				       "job_kind",  NULL };

static void add_row(struct print *print, struct pool *pool,
		    const struct worker *worker)
{
	bool works = !uuid_is_nil(worker->job_id);

	PRINT_ROW(print, cell_text(worker->name), cell_text(worker->host),
		  cell_number(worker->pid), cell_bool(worker->alive),
		  cell_text(clock_text(pool, worker->started_at)),
		  cell_text(clock_text(pool, worker->seen_at)),
		  cell_number(worker->jobs_done),
		  cell_number(worker->jobs_failed),
		  cell_text(works ? pool_strdup(pool, UUID_TEXT(worker->job_id))
				  : NULL),
		  cell_text(works ? job_kind_name(worker->job_kind) : NULL));
}

bool cmd_workers_list(struct call *call)
{
	struct print *print = print_table(call, columns);
	struct worker *workers;
	size_t count;

	if (!worker_list(&workers, &count, call->work))
		return false;
	for (size_t i = 0; i < count; i++)
		add_row(print, call->work->pool, &workers[i]);
	return print_end(print);
}
