/* backup.c: pixtierctl backup. */
#include "config.h"

#include "lib/service/backup.h"

#include <stdio.h>
#include <string.h>

#include "admin/command.h"
#include "admin/print.h"
#include "admin/progress.h"
#include "lib/base/pool.h"
#include "lib/service/backup_verify.h"

static void show(void *progress, int64_t done, int64_t total)
{
	progress_show(progress, done, total);
}

/* "backups/today/" is the folder "backups/today". */
static const char *without_slashes(struct pool *pool, const char *path)
{
	size_t len = strlen(path);

	while (len > 1 && path[len - 1] == '/')
		len--;
	return pool_strndup(pool, path, len);
}

static void print_result(struct call *call, const char *dir,
			 const struct backup_result *result)
{
	static const char *const columns[] = {
		"folder", "started_at", "images",  "files",   "bytes",
		"linked", "copied",     "deleted", "missing", NULL
	};
	struct print *print = print_record(call, columns);
	const struct cell cells[] = {
		cell_text(dir),
		cell_text(result->summary.started_at),
		cell_number(result->summary.images),
		cell_number(result->summary.files),
		cell_number(result->summary.bytes),
		cell_number(result->linked),
		cell_number(result->copied),
		cell_number(result->deleted),
		cell_number(result->missing),
	};

	print_row(print, cells);
	print_end(print);
}

static bool make(struct backup_result *result, struct call *call,
		 const char *dir)
{
	struct progress progress = { .what = "files" };
	const struct backup_request request = {
		.dir = dir,
		.base = call->options[OPTION_BASE],
		.keys = call->options[OPTION_KEYS],
		.progress = show,
		.progress_arg = &progress,
	};
	bool made = backup_make(result, call->work, &request);

	progress_end(&progress);
	if (result->replaced)
		fprintf(stderr,
			"pixtierctl: replaced the unfinished backup "
			"%s" BACKUP_FOLDER_UNFINISHED "\n",
			dir);
	return made;
}

bool cmd_backup_make(struct call *call)
{
	struct work *work = call->work;
	const char *dir = without_slashes(work->pool, call->args[0]);
	struct backup_result result;

	if (!make(&result, call, dir))
		return false;
	print_result(call, dir, &result);
	if (!command_audit(call, "backup", "database and store",
			   pool_printf(work->pool, "%.1000s: %lld files", dir,
				       (long long)result.summary.files)))
		return false;
	return !result.missing ||
	       fail(work, ERR_INTERNAL,
		    "the backup is complete but for %lld files, which the "
		    "store lacks or has damaged; `pixtierctl fsck --deep` "
		    "lists them",
		    (long long)result.missing);
}

bool cmd_backup_verify(struct call *call)
{
	static const char *const columns[] = { "checked", "missing", "damaged",
					       "unknown", NULL };
	struct progress progress = { .what = "files" };
	struct print *print = print_record(call, columns);
	struct backup_verify found;
	bool done = backup_verify(&found, call->work, call->args[0], show,
				  &progress);

	progress_end(&progress);
	if (!done)
		return false;
	const struct cell cells[] = { cell_number(found.checked),
				      cell_number(found.missing),
				      cell_number(found.damaged),
				      cell_number(found.unknown) };

	print_row(print, cells);
	print_end(print);
	return (!found.missing && !found.damaged && !found.unknown) ||
	       fail(call->work, ERR_INTERNAL,
		    "%s differs from its " BACKUP_FOLDER_MANIFEST
		    ": %lld files are missing, %lld damaged, %lld unknown",
		    call->args[0], (long long)found.missing,
		    (long long)found.damaged, (long long)found.unknown);
}
