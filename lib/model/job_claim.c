/* job_claim.c: the statements with which a worker chooses and takes a job. */
#include "config.h"

#include "lib/model/job_claim.h"

#include <stdlib.h>

#include "lib/db/db.h"

/* FORCE INDEX, because a wrong choice of the server reads all waiting jobs. */
#define WAITED                                                                 \
	"COALESCE((SELECT TIMESTAMPDIFF(SECOND, `run_after`,"                  \
	" UTC_TIMESTAMP(6)) FROM `jobs` FORCE INDEX (`claim`)"                 \
	" WHERE `state` = 'queued' AND `priority` = ?"                         \
	" AND `run_after` <= UTC_TIMESTAMP(6)"                                 \
	" ORDER BY `run_after` LIMIT 1), -1)"

bool job_waited(int64_t seconds[JOB_PRIORITIES], struct work *work)
{
	return db_one(work, "SELECT " WAITED ", " WAITED ", " WAITED,
		      DB_IN(db_int(0), db_int(1), db_int(2)),
		      DB_OUT(db_int_to(&seconds[0]), db_int_to(&seconds[1]),
			     db_int_to(&seconds[2])));
}

#define ALLOWED                                                                \
	"(? IS NULL OR NOT FIND_IN_SET(`kind`, ?))"                            \
	" AND (`receiver` IS NULL OR `receiver` NOT IN"                        \
	"   (SELECT `receiver` FROM `jobs`"                                    \
	"   WHERE `state` = 'running' AND `receiver` IS NOT NULL"              \
	"   GROUP BY `receiver` HAVING COUNT(*) >= ?))"

bool job_list_window(struct job_candidate **candidates, size_t *count,
		     struct work *work, const struct job_claimant *claimant,
		     int64_t priority, struct uuid after)
{
	const struct db_in but_kinds = db_text(claimant->but_kinds);
	struct job_candidate row, *c = &row;

	return db_list(work, ROWS(candidates, count, row),
		       "SELECT `id`, `fair_key`, `receiver`,"
		       " `run_after` <= UTC_TIMESTAMP(6), " ALLOWED
		       " FROM `jobs` FORCE INDEX (`fair`)"
		       " WHERE `state` = 'queued' AND `priority` = ?"
		       " AND `fair_key` > ?"
		       " ORDER BY `fair_key`, `run_after`, `id` LIMIT ?",
		       DB_IN(but_kinds, but_kinds,
			     db_int(claimant->per_receiver), db_int(priority),
			     db_bytes(&after, sizeof(after)),
			     db_int(JOB_WINDOW)),
		       DB_OUT(db_uuid_to(&c->id), db_uuid_to(&c->fair_key),
			      db_text_to(&c->receiver), db_bool_to(&c->due),
			      db_bool_to(&c->allowed)));
}

bool job_list_allowed(struct job_candidate **candidates, size_t *count,
		      struct work *work, const struct job_claimant *claimant,
		      int64_t priority, struct uuid fair_key)
{
	const struct db_in but_kinds = db_text(claimant->but_kinds);
	struct job_candidate row = { .due = true, .allowed = true }, *c = &row;

	return db_list(work, ROWS(candidates, count, row),
		       "SELECT `id`, `fair_key`, `receiver` FROM `jobs`"
		       " FORCE INDEX (`fair`)"
		       " WHERE `state` = 'queued' AND `priority` = ?"
		       " AND `fair_key` = ? AND `run_after` <= UTC_TIMESTAMP(6)"
		       " AND " ALLOWED " ORDER BY `run_after`, `id` LIMIT ?",
		       DB_IN(db_int(priority),
			     db_bytes(&fair_key, sizeof(fair_key)), but_kinds,
			     but_kinds, db_int(claimant->per_receiver),
			     db_int(JOB_WINDOW)),
		       DB_OUT(db_uuid_to(&c->id), db_uuid_to(&c->fair_key),
			      db_text_to(&c->receiver)));
}

bool job_list_running(struct job_running **running, size_t *count,
		      struct work *work, int64_t priority)
{
	struct job_running row;

	return db_list(
		work, ROWS(running, count, row),
		"SELECT `fair_key`, COUNT(*) FROM `jobs`"
		" FORCE INDEX (`fair`)"
		" WHERE `state` = 'running' AND `priority` = ?"
		" GROUP BY `fair_key`",
		DB_IN(db_int(priority)),
		DB_OUT(db_uuid_to(&row.fair_key), db_int_to(&row.count)));
}

static bool take(bool *taken, struct work *work, struct uuid id,
		 const struct job_claimant *claimant)
{
	uint64_t found;

	if (!db_do(work, &found,
		   "UPDATE `jobs` SET `state` = 'running', `worker` = ?,"
		   " `attempts` = `attempts` + 1,"
		   " `lease_until` = UTC_TIMESTAMP(6) + INTERVAL ? SECOND,"
		   " `started_at` = UTC_TIMESTAMP(6)"
		   " WHERE `id` = ? AND `state` = 'queued'",
		   DB_IN(db_text(claimant->worker), db_int(claimant->lease),
			 db_uuid(id))))
		return false;
	*taken = found == 1;
	return true;
}

/* Undoes take(). Delays the job by a random 0.1 to 0.5 seconds, because all
   workers that counted too many jobs do this at the same time. */
static bool untake(struct work *work, struct uuid id,
		   const struct job_claimant *claimant)
{
	return db_do(work, NULL,
		     "UPDATE `jobs` SET `state` = 'queued', `worker` = NULL,"
		     " `attempts` = `attempts` - 1, `lease_until` = NULL,"
		     " `run_after` ="
		     "   UTC_TIMESTAMP(6) + INTERVAL ? MICROSECOND"
		     " WHERE `id` = ? AND `state` = 'running'"
		     " AND `worker` = ?",
		     DB_IN(db_int(100000 + random() % 400000), db_uuid(id),
			   db_text(claimant->worker)));
}

/*
 * Other workers may have taken jobs of the same receiver after the candidates
 * were read. The worker that counts last sees all jobs taken, its own included,
 * so at most `per_receiver` jobs continue.
 */
static bool keep_within(bool *kept, struct work *work,
			const struct job_candidate *candidate,
			const struct job_claimant *claimant)
{
	int64_t running;

	*kept = true;
	if (!candidate->receiver)
		return true;
	if (!db_one(work,
		    "SELECT COUNT(*) FROM `jobs` WHERE `state` = 'running'"
		    " AND `receiver` = ?",
		    DB_IN(db_text(candidate->receiver)),
		    DB_OUT(db_int_to(&running))))
		return false;
	*kept = running <= claimant->per_receiver;
	return *kept || untake(work, candidate->id, claimant);
}

bool job_take(bool *taken, struct work *work,
	      const struct job_claimant *claimant,
	      struct job_candidate *candidate)
{
	bool done;

	if (!take(&done, work, candidate->id, claimant) ||
	    (done &&
	     !keep_within(&candidate->allowed, work, candidate, claimant)))
		return false;
	*taken = done && candidate->allowed;
	return true;
}
