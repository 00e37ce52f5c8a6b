/* worker.c: the main loop of a worker. */
#include "config.h"

#include "worker/worker.h"

#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/pool.h"
#include "lib/db/db.h"
#include "lib/model/job.h"
#include "lib/picture/decoder_pool.h"
#include "lib/process/prefork.h"
#include "lib/process/shared.h"
#include "lib/service/requeue.h"
#include "lib/service/schedule.h"
#include "lib/service/stats_record.h"
#include "lib/service/task.h"
#include "lib/service/webhook_send.h"
#include "lib/store/store.h"
#include "worker/heartbeat.h"
#include "worker/periodic.h"

enum { RECLAIM_MS = 1000, RECLAIM_BATCH = 100 };

struct worker_state {
	struct work base; /* copied into the work of each job */
	struct store store;
	const char *name;      /* the name in the rows of its jobs */
	const char *lost;      /* worker whose jobs to requeue, or NULL */
	const char *but_kinds; /* kinds that it does not claim, or NULL */
	struct heartbeat *heartbeat;
	struct schedule *schedule;
	struct worker_shared *shared;
	struct periodic *periodic; /* NULL: another worker runs the tasks */
};

/* host:pid:random. The random part is the supervisor's: a worker can build the
   names of the workers of its own supervisor, but not those of other
   supervisors. */
static const char *worker_name(struct pool *pool,
			       const struct worker_config *config, pid_t pid)
{
	char host[64] = "";

	gethostname(host, sizeof(host) - 1);
	return pool_printf(pool, "%.40s:%d:%.8s", host, (int)pid,
			   config->instance + 28);
}

struct worker_shared *worker_share(void)
{
	return shared_new(sizeof(struct worker_shared));
}

struct decoder_limits worker_decoder_limits(const struct conf *conf)
{
	return (struct decoder_limits){
		.memory_bytes = (size_t)conf->decoder_memory_worker << 20,
		.seconds = conf->decoder_seconds_worker,
	};
}

static bool open_worker(struct worker_state *worker,
			const struct worker_config *config, struct pool *pool)
{
	const struct conf *conf = config->conf;
	const struct decoder_limits limits = worker_decoder_limits(conf);
	struct work *base = &worker->base;

	*base = (struct work){ .conf = conf, .pool = pool, .id = "start" };
	if (!store_open(&worker->store, base)) {
		log_failure(base, "worker_failed");
		return false;
	}
	base->decoders =
		decoder_pool_new(conf, &limits, config->decoder_server);
	base->db = db_open(conf);
	stats_record_hide();
	worker->name = worker_name(pool, config, getpid());
	if (prefork_predecessor())
		worker->lost = worker_name(pool, config, prefork_predecessor());
	worker->heartbeat = heartbeat_new(pool, worker->name);
	worker->schedule = schedule_new(pool);
	worker->shared = config->shared;
	srandom((unsigned)(getpid() ^ clock_now_us()));
	return true;
}

static void close_worker(struct worker_state *worker)
{
	heartbeat_stop(worker->heartbeat, &worker->base);
	db_close(worker->base.db);
	decoder_pool_free(worker->base.decoders);
}

struct holding {
	const struct worker_state *worker;
	const struct job *job;
	int64_t extend_at_ms;
};

static int64_t next_extension(const struct conf *conf)
{
	return clock_monotonic_ms() + conf->job_lease * 1000 / 3;
}

/* Runs while a decoder process works: the connection to the database is idle
   then, so it can extend the lease. If another worker has the job by now, an
   error is only logged: settling the job fails later. */
static void keep_lease(void *arg)
{
	struct holding *holding = arg;
	const struct work *base = &holding->worker->base;
	struct work work;

	heartbeat_beat(holding->worker->heartbeat, base);
	stats_record(base, false);
	if (clock_monotonic_ms() < holding->extend_at_ms)
		return;
	holding->extend_at_ms = next_extension(base->conf);
	work = work_begin(base, UUID_TEXT(holding->job->id));
	if (!job_extend(&work, holding->job, work.conf->job_lease))
		log_failure(&work, "lease_not_extended");
	work_end(&work);
}

static int64_t retry_delay(const struct conf *conf, const struct job *job)
{
	int64_t doublings = job->attempts - 1 < 10 ? job->attempts - 1 : 10;

	return (int64_t)conf->job_retry << doublings;
}

/* The number of postponed attempts does not say how long the obstacle lasts, so
   the delay grows with the age of the job: age / PART, between job_retry and
   MOST seconds. */
static int64_t postpone_delay(const struct work *work, const struct job *job)
{
	enum { PART = 8, MOST = 300 };
	const int64_t age = (db_now_us(work) - job->created_at) / 1000000;
	const int64_t retry = work->conf->job_retry;
	const int64_t least = retry > 0 ? retry : 1;
	const int64_t delay = age / PART < MOST ? age / PART : MOST;

	return delay > least ? delay : least;
}

/* The error text that is safe to show to the client: a job's error is visible
   to its user. */
static const char *public_reason(const struct work *work)
{
	return work->for_log ? "the service could not do this; its log has "
			       "the details"
			     : work->why;
}

/* Permanent errors fail the job at once. Errors from the state of the machine
   (work->uncounted) do not count as attempts. */
static bool settle_failure(struct work *work, const struct job *job)
{
	const char *code = err_code(work->err);
	const char *reason = pool_strdup(work->pool, public_reason(work));

	if (work->uncounted)
		return job_postpone(work, job, postpone_delay(work, job), code,
				    reason);
	if (work->transient && job->attempts < job->max_attempts)
		return job_put_back(work, job, retry_delay(work->conf, job),
				    code, reason);
	return task_give_up(work, job, code, reason);
}

static void log_job(const struct work *work, const struct job *job, bool good,
		    int64_t began_ms)
{
	LOG_EVENT(good ? LOG_LEVEL_INFO : LOG_LEVEL_ERROR, "job",
		  log_text("id", work->id),
		  log_text("kind", job_kind_name(job->kind)),
		  log_text("result",
			   job_state_name(good ? JOB_DONE : JOB_FAILED)),
		  log_number("attempt", job->attempts),
		  log_number("estimate_ms", job->cost_ms),
		  log_number("ms", clock_monotonic_ms() - began_ms),
		  log_text("code", good ? NULL : err_code(work->err)),
		  log_text("why", good ? NULL : work->why));
}

/* False if the result could not be stored. ERR_CONFLICT is no error here:
   another worker has the job, or the image is deleted, so the job's row is
   already right. */
static bool run_job(struct work *work, const struct job *job,
		    struct heartbeat *heartbeat)
{
	int64_t began_ms = clock_monotonic_ms();
	bool good = task_run(work, job);

	log_job(work, job, good, began_ms);
	heartbeat_count(heartbeat, job->kind, good);
	if (good || work->err == ERR_CONFLICT || settle_failure(work, job))
		return true;
	log_failure(work, "job_not_settled");
	return work->err == ERR_CONFLICT;
}

/* How long the job keeps its place in the queue for memory, and this worker: a
   quarter of its age, at least LEAST ms, at most as long as a render may
   run. */
static int64_t memory_wait_ms(const struct work *work, const struct job *job)
{
	enum { PART = 4, LEAST = 2000 };
	const int64_t most = 1000 * work->conf->decoder_seconds_worker;
	const int64_t age = (db_now_us(work) - job->created_at) / 1000;
	const int64_t wait = age / PART > LEAST ? age / PART : LEAST;

	return wait < most ? wait : most;
}

static bool work_once(bool *found, struct worker_state *worker)
{
	struct work work = work_begin(&worker->base, "claim");
	const struct conf *conf = work.conf;
	struct job job;
	struct holding holding = { worker, &job, next_extension(conf) };
	char id[UUID_TEXT_SIZE];
	const struct job_claimant claimant = {
		.worker = worker->name,
		.but_kinds = worker->but_kinds,
		.per_receiver = webhook_send_per_receiver(conf),
		.lease = conf->job_lease,
	};
	bool done;

	work.tick = keep_lease;
	work.tick_arg = &holding;
	done = schedule_claim(&job, found, &work, worker->schedule, &claimant);
	if (!done) {
		log_failure(&work, "claim_failed");
	} else if (*found) {
		work.id = uuid_text(job.id, id);
		work.memory_wait_ms = memory_wait_ms(&work, &job);
		done = run_job(&work, &job, worker->heartbeat);
	}
	work_end(&work);
	return done;
}

/* Requeues the jobs of the worker with this name; NULL: those whose leases have
   expired. */
static bool reclaim(const struct worker_state *worker, const char *name,
		    const char *why)
{
	struct work work = work_begin(&worker->base, "reclaim");
	struct job *jobs;
	size_t count;
	const bool good =
		name ? job_list_held(&jobs, &count, &work, name, RECLAIM_BATCH)
		     : job_list_expired(&jobs, &count, &work, RECLAIM_BATCH);

	for (size_t i = 0; good && i < count; i++) {
		LOG_EVENT(LOG_LEVEL_ERROR, why,
			  log_text("id", UUID_TEXT(jobs[i].id)),
			  log_text("worker", jobs[i].worker),
			  log_number("attempt", jobs[i].attempts));
		if (!requeue_lost(&work, &jobs[i]) && work.err != ERR_CONFLICT)
			log_failure(&work, "reclaim_failed");
	}
	if (!good)
		log_failure(&work, "reclaim_failed");
	work_end(&work);
	return good;
}

/* Requeues the jobs of the predecessor of this worker, or jobs of this worker
   itself, which has none now: their claim or their result did not reach it or
   the database. Tries until the database answers. */
static void reclaim_lost(struct worker_state *worker)
{
	if (worker->lost &&
	    reclaim(worker, worker->lost,
		    worker->lost == worker->name ? "job_lost" : "worker_died"))
		worker->lost = NULL;
}

static void reclaim_expired(const struct worker_state *worker)
{
	(void)!reclaim(worker, NULL, "lease_expired");
}

/* True for one idle worker of the supervisor every RECLAIM_MS: the first one
   that asks. */
static bool may_reclaim(struct worker_shared *shared, int64_t now_ms)
{
	int64_t at_ms = atomic_load(&shared->reclaim_at_ms);

	return now_ms >= at_ms &&
	       atomic_compare_exchange_strong(&shared->reclaim_at_ms, &at_ms,
					      now_ms + RECLAIM_MS);
}

static void run_periodic(struct worker_state *worker)
{
	heartbeat_beat(worker->heartbeat, &worker->base);
	stats_record(&worker->base, false);
	if (may_reclaim(worker->shared, clock_monotonic_ms()))
		reclaim_expired(worker);
	if (worker->periodic)
		periodic_run(worker->periodic, &worker->base);
}

static void pause_ms(long ms)
{
	const struct timespec time = { ms / 1000, ms % 1000 * 1000000 };

	nanosleep(&time, NULL);
}

int worker_run(void *arg, long slot)
{
	const struct worker_config *config = arg;
	const struct conf *conf = config->conf;
	struct pool *pool = pool_new();
	struct worker_state worker = { 0 };
	bool found;

	if (!open_worker(&worker, config, pool))
		return EXIT_FAILURE;
	if (!slot)
		worker.periodic = periodic_new(pool);
	/* The first worker does not fetch or call webhooks, so slow web servers
	   cannot block rendering. */
	if (!slot && conf->workers > 1)
		worker.but_kinds = task_calling_kinds(pool);
	while (!prefork_stopping()) {
		found = false;
		reclaim_lost(&worker);
		if (!work_once(&found, &worker)) {
			worker.lost = worker.lost ? worker.lost : worker.name;
			pause_ms(1000);
		} else if (!found) {
			pause_ms(conf->worker_poll_ms);
		}
		run_periodic(&worker);
	}
	close_worker(&worker);
	pool_free(pool);
	return EXIT_SUCCESS;
}
