/* worker.c: the table workers. */
#include "config.h"

#include "lib/model/worker.h"

#include "lib/db/db.h"

bool worker_touch(struct work *work, const struct worker *worker)
{
	return db_do(work, NULL,
		     "INSERT INTO `workers` (`name`, `host`, `pid`,"
		     " `started_at`, `seen_at`, `jobs_done`, `jobs_failed`)"
		     " VALUES (?, ?, ?, UTC_TIMESTAMP(6), UTC_TIMESTAMP(6),"
		     " ?, ?) ON DUPLICATE KEY UPDATE"
		     " `seen_at` = VALUES(`seen_at`),"
		     " `jobs_done` = VALUES(`jobs_done`),"
		     " `jobs_failed` = VALUES(`jobs_failed`)",
		     DB_IN(db_text(worker->name), db_text(worker->host),
			   db_int(worker->pid), db_int(worker->jobs_done),
			   db_int(worker->jobs_failed)));
}

bool worker_drop(struct work *work, const char *name)
{
	return db_do(work, NULL, "DELETE FROM `workers` WHERE `name` = ?",
		     DB_IN(db_text(name)));
}

bool worker_drop_silent(struct work *work, int64_t seconds)
{
	return db_do(work, NULL,
		     "DELETE FROM `workers` WHERE"
		     " `seen_at` < UTC_TIMESTAMP(6) - INTERVAL ? SECOND",
		     DB_IN(db_int(seconds)));
}

/* Finds each worker's job in the table jobs, of which few rows are running. */
bool worker_list(struct worker **workers, size_t *count, struct work *work)
{
	struct worker row, *w = &row;

	return db_list(
		work, ROWS(workers, count, row),
		"SELECT w.`name`, w.`host`, w.`pid`, w.`started_at`,"
		" w.`seen_at`, w.`seen_at` >="
		"   UTC_TIMESTAMP(6) - INTERVAL ? SECOND,"
		" w.`jobs_done`, w.`jobs_failed`, j.`id`, j.`kind`"
		" FROM `workers` w LEFT JOIN `jobs` j ON j.`id` ="
		"   (SELECT MAX(r.`id`) FROM `jobs` r"
		"   WHERE r.`state` = 'running' AND r.`worker` = w.`name`)"
		" ORDER BY w.`started_at` DESC, w.`name` LIMIT ?",
		DB_IN(db_int(WORKER_ALIVE), db_int(WORKER_MAX)),
		DB_OUT(db_text_to(&w->name), db_text_to(&w->host),
		       db_int_to(&w->pid), db_time_to(&w->started_at),
		       db_time_to(&w->seen_at), db_bool_to(&w->alive),
		       db_int_to(&w->jobs_done), db_int_to(&w->jobs_failed),
		       db_uuid_to(&w->job_id),
		       db_name_to(&w->job_kind, &job_kinds)));
}
