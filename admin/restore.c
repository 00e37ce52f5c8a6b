/* restore.c: pixtierctl restore. */
#include "config.h"

#include "lib/service/restore.h"

#include "admin/command.h"
#include "admin/print.h"
#include "admin/progress.h"
#include "lib/base/pool.h"

static void show(void *progress, int64_t done, int64_t total)
{
	progress_show(progress, done, total);
}

static void print_result(struct call *call, const struct restore_result *result)
{
	static const char *const columns[] = { "started_at", "images",  "files",
					       "deleted",    "missing", "jobs",
					       NULL };
	struct print *print = print_record(call, columns);
	const struct cell cells[] = {
		cell_text(result->summary.started_at),
		cell_number(result->summary.images),
		cell_number(result->files),
		cell_number(result->deleted),
		cell_number(result->missing),
		cell_number((int64_t)result->jobs),
	};

	print_row(print, cells);
	print_end(print);
}

bool cmd_restore_run(struct call *call)
{
	struct work *work = call->work;
	struct progress progress = { .what = "files" };
	const struct restore_request request = {
		.dir = call->args[0],
		.progress = show,
		.progress_arg = &progress,
	};
	struct restore_result result;
	bool done = restore_run(&result, work, &request);

	progress_end(&progress);
	if (!done)
		return false;
	print_result(call, &result);
	if (!command_audit(call, "restore", "database and store",
			   pool_printf(work->pool, "%.1000s: %lld files",
				       request.dir, (long long)result.files)))
		return false;
	return !result.missing ||
	       fail(work, ERR_INTERNAL,
		    "everything is restored but %lld files, which the backup "
		    "lacks or has damaged; `pixtierctl fsck` lists them",
		    (long long)result.missing);
}
