/* decoder_pool.c: hands pictures to decoder processes, and keeps some. */
#include "config.h"

#include "lib/picture/decoder_pool.h"

#include <errno.h>
#include <malloc.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/memory_file.h"
#include "lib/base/pool.h"
#include "lib/picture/decoder.h"
#include "lib/picture/decoder_budget.h"
#include "lib/picture/decoder_idle.h"
#include "lib/picture/decoder_process.h"
#include "lib/picture/decoder_server.h"
#include "lib/process/memory_budget.h"
#include "lib/process/metric.h"
#include "lib/process/subprocess.h"

/* All variants of one picture together have at most this part of what a
   decoder process may use. */
enum { OUTPUT_SHARE = 8 };

/* What the client keeps of its free memory. */
enum { MOST_FREE_BYTES = 2 << 20 };

struct decoder_pool {
	struct pool *pool;
	const struct conf *conf;
	struct decoder_limits limits;
	struct decoder_client server;
	struct memory_budget *budget; /* NULL: there is none */
	struct decoder_idle *idle;
	struct decoder_process spare; /* has no owner yet */
};

/* One picture given to one process. */
struct exchange {
	struct rendition *renditions;
	struct work *work;
	const struct decoder_pool *pool;
	const struct decoder_picture *picture;
	int watermark; /* a file with it, or -1 */
	const struct decoder_request *request;
	struct decoder_process process;
	unsigned mib; /* of memory that it may use */
	int64_t deadline_ms;
	int64_t cpu_began_us; /* of the process's CPU clock */
	uint64_t total_bytes;
	uint64_t rendered; /* bits of the recipes that are done */
	bool idled;        /* the process was another picture's before */
	bool begun, answered, late, spent, out_of_memory, refused;
};

_Static_assert(RENDER_MAX_RECIPES <= 64, "`rendered` has 64 bits");

static bool receive(struct exchange *e, void *bytes, size_t len)
{
	const enum read_result result = subprocess_read(
		&e->process.child, e->work, bytes, len, e->deadline_ms);

	e->late = result == READ_TIMEOUT;
	e->spent = result == READ_CPU_LIMIT;
	return result == READ_OK;
}

/* All that a new process has used counts. */
static void limit_cpu(struct exchange *e)
{
	const int64_t most_us = e->pool->limits.work_ms * INT64_C(1000);
	struct subprocess *child = &e->process.child;

	if (e->process.pictures &&
	    !subprocess_cpu_us(&e->cpu_began_us, child->pid))
		return;
	if (!most_us)
		return;
	child->cpu_until_us = e->cpu_began_us + most_us - e->work->decoder_us;
	if (child->cpu_until_us <= 0)
		child->cpu_until_us = 1;
}

/* Of a process that has ended it is not known. */
static void count_cpu(const struct exchange *e)
{
	int64_t used_us;

	if (e->process.child.pid &&
	    subprocess_cpu_us(&used_us, e->process.child.pid) &&
	    used_us > e->cpu_began_us)
		e->work->decoder_us += used_us - e->cpu_began_us;
}

static bool wait_for_hello(struct exchange *e)
{
	enum read_result result = READ_OK;

	if (!e->process.child.pid)
		result = decoder_process_hello(
			&e->process, e->work, &e->pool->server, e->deadline_ms);
	e->late = result == READ_TIMEOUT;
	if (result != READ_OK)
		return false;
	limit_cpu(e);
	decoder_budget_limit(&e->process, e->mib, e->pool->conf,
			     &e->pool->limits);
	return true;
}

/* The decoder may be compromised: its reply is checked against the request. */
static bool is_expected(const struct exchange *e,
			const struct decoder_reply *reply)
{
	const struct render_request *request = &e->request->render;
	const struct recipe *recipe;
	struct recipe_plan plan;

	if (reply->index >= request->count || e->rendered >> reply->index & 1 ||
	    !reply->len || reply->placeholder.len > THUMBHASH_MAX)
		return false;
	recipe = &request->recipes[reply->index];
	plan = recipe_plan_for(recipe, &request->probe);
	return reply->width == plan.width && reply->height == plan.height &&
	       reply->format ==
		       (uint32_t)recipe_format(recipe, &request->probe);
}

static bool receive_rendered(struct exchange *e,
			     const struct decoder_reply *reply)
{
	const size_t room = e->pool->limits.memory_bytes / OUTPUT_SHARE;
	uint8_t *bytes;

	e->answered = true;
	if (!is_expected(e, reply))
		return fail(e->work, ERR_CORRUPT_IMAGE,
			    "expected the answer of the decoder process to "
			    "fit its request, found another");
	if (reply->len > room - e->total_bytes)
		return fail(e->work, ERR_TOO_LARGE,
			    "expected at most %zu MiB of variants of the "
			    "picture, found more",
			    room >> 20);
	e->answered = false;
	bytes = pool_alloc(e->work->pool, reply->len);
	if (!receive(e, bytes, reply->len))
		return false;
	e->renditions[reply->index] = (struct rendition){
		.format = (enum format)reply->format,
		.width = reply->width,
		.height = reply->height,
		.bytes = bytes,
		.len = reply->len,
		.placeholder = reply->placeholder,
	};
	e->rendered |= (uint64_t)1 << reply->index;
	e->total_bytes += reply->len;
	return true;
}

static bool fail_for_memory(struct exchange *e)
{
	e->out_of_memory = true;
	return fail(e->work, ERR_TOO_LARGE,
		    "it needs more than %zu MiB to decode",
		    e->pool->limits.memory_bytes >> 20);
}

static bool fail_for_seconds(const struct exchange *e)
{
	return fail(e->work, ERR_CORRUPT_IMAGE,
		    "it takes longer than %ld s to decode",
		    e->pool->limits.seconds);
}

static bool fail_for_work_ms(const struct exchange *e)
{
	return fail(e->work, ERR_TOO_LARGE,
		    "it needs more than %ld ms of CPU time to decode",
		    e->pool->limits.work_ms);
}

/* On a busy machine that is not the picture's fault. */
static bool fail_for_deadline(const struct exchange *e)
{
	static const char text[] = "expected an answer of the decoder process "
				   "within %ld s, got none";

	return e->pool->limits.work_ms
		       ? fail(e->work, ERR_TOO_LARGE, text,
			      e->pool->limits.seconds)
		       : fail_transient(e->work, ERR_UNAVAILABLE, text,
					e->pool->limits.seconds);
}

static bool receive_failed(struct exchange *e,
			   const struct decoder_reply *reply)
{
	if (decoder_error_kind(&reply->error) == ERR_TOO_LARGE)
		return fail_for_memory(e);
	return decoder_error_fail(e->work, &reply->error);
}

static bool receive_last(struct exchange *e, const struct decoder_reply *reply)
{
	e->answered = true;
	if (reply->kind == DECODER_FAILED)
		return receive_failed(e, reply);
	metric_add(METRIC_DECODER_DEATHS, NULL, 1);
	if (reply->kind == DECODER_OUT_OF_MEMORY)
		return fail_for_memory(e);
	if (reply->kind == DECODER_OUT_OF_TIME)
		return fail_for_seconds(e);
	return fail(e->work, ERR_CORRUPT_IMAGE,
		    "expected a known kind of answer of the decoder process, "
		    "found %u",
		    (unsigned)reply->kind);
}

static bool receive_reply(struct exchange *e)
{
	struct decoder_reply reply;

	if (!receive(e, &reply, sizeof(reply)))
		return false;
	if (reply.kind == DECODER_BEGUN && !e->begun) {
		e->begun = true;
		return true;
	}
	if (reply.kind == DECODER_RENDERED && e->begun)
		return receive_rendered(e, &reply);
	return receive_last(e, &reply);
}

static bool receive_all(struct exchange *e)
{
	const uint32_t count = e->request->render.count;
	const uint64_t all = ~(uint64_t)0 >> (64 - count);

	while (e->rendered != all)
		if (!receive_reply(e))
			return false;
	return true;
}

/* Other signals come from outside, such as SIGKILL when the machine has no
   memory left. */
static bool is_own_signal(int number)
{
	static const int own[] = { SIGABRT, SIGBUS, SIGFPE,
				   SIGSEGV, SIGSYS, SIGXCPU };

	for (size_t i = 0; i < ARRAY_LEN(own); i++)
		if (own[i] == number)
			return true;
	return false;
}

/* Another attempt may be enough. It counts: the picture may be the reason that
   memory ran out. */
static bool fail_by_status(const struct exchange *e)
{
	const int status = decoder_process_status(&e->process);

	if (WIFSIGNALED(status) && !is_own_signal(WTERMSIG(status)))
		return fail_transient(
			e->work, ERR_UNAVAILABLE,
			"the decoder process was killed from "
			"outside, by signal %d, before the picture "
			"was done",
			WTERMSIG(status));
	return fail(e->work, ERR_CORRUPT_IMAGE,
		    "the decoder process ended before the picture was done");
}

/* It ended without a last message. */
static bool fail_by_death(const struct exchange *e)
{
	const bool started = e->process.child.pid;

	if (e->late && !started)
		return fail(e->work, ERR_UNAVAILABLE,
			    "expected a decoder process, none was started: "
			    "look for pixtier-decoder in the log");
	metric_add(METRIC_DECODER_DEATHS, NULL, 1);
	if (e->spent)
		return fail_for_work_ms(e);
	if (e->late)
		return fail_for_deadline(e);
	return fail_by_status(e);
}

/* The CPU time of a process that is kept: the soft limit is for one picture.
   The number is this process's unless it has ended meanwhile; then the next
   message to it fails. */
static void renew_seconds(const struct exchange *e)
{
	const pid_t pid = e->process.child.pid;
	struct rlimit limit;
	int64_t used_us;

	if (!subprocess_cpu_us(&used_us, pid) ||
	    prlimit(pid, RLIMIT_CPU, NULL, &limit) ||
	    limit.rlim_max == RLIM_INFINITY)
		return;
	limit.rlim_cur =
		(rlim_t)(used_us / 1000000 + 1 + e->pool->limits.seconds);
	if (limit.rlim_cur > limit.rlim_max)
		limit.rlim_cur = limit.rlim_max;
	(void)!prlimit(pid, RLIMIT_CPU, &limit, NULL);
}

static bool request_spare(struct decoder_pool *pool)
{
	return pool->spare.child.socket >= 0 ||
	       decoder_process_request(&pool->spare, &pool->server,
				       pool->budget);
}

/* An idle process of the owner, else the spare one. */
static bool choose_process(struct exchange *e, struct decoder_pool *pool)
{
	while (decoder_idle_take(&e->process, pool->idle, e->picture->owner)) {
		if (decoder_process_is_waiting(&e->process)) {
			renew_seconds(e);
			e->idled = true;
			return true;
		}
		decoder_process_end(&e->process);
	}
	if (!request_spare(pool))
		return fail(e->work, ERR_UNAVAILABLE,
			    "no decoder process can be asked for: %s",
			    strerror(errno));
	e->process = pool->spare;
	e->process.owner = e->picture->owner;
	pool->spare = decoder_process_none();
	return true;
}

static bool send_task(const struct exchange *e)
{
	const int files[] = { e->picture->source, e->watermark };

	return subprocess_send_fds(e->process.child.socket, e->request,
				   sizeof(*e->request), files,
				   e->watermark < 0 ? 1 : 2, 0);
}

/* One that is not good for another picture ends by itself, too. */
static void keep_or_end(struct exchange *e, const struct decoder_pool *pool,
			bool ok)
{
	e->process.pictures++;
	if (ok && decoder_budget_may_wait(pool->budget, e->mib) &&
	    e->process.pictures < pool->conf->decoder_pictures)
		decoder_idle_put(pool->idle, &e->process, pool->budget);
	else
		decoder_process_end(&e->process);
}

/* It has got no picture. */
static void return_process(struct exchange *e, struct decoder_pool *pool)
{
	if (e->idled)
		decoder_idle_put(pool->idle, &e->process, pool->budget);
	else
		pool->spare = e->process;
}

/* `again` when the process ended before it had the task, so it may have been
   killed by anything. */
static bool run_once(struct exchange *e, struct decoder_pool *pool, bool *again)
{
	bool ok;

	if (!choose_process(e, pool))
		return false;
	if (!decoder_budget_reserve(&e->process, e->work, pool->budget, e->mib,
				    &pool->limits)) {
		e->refused = true;
		return_process(e, pool);
		return false;
	}
	e->deadline_ms =
		clock_monotonic_ms() + pool->limits.seconds * INT64_C(1000);
	/* Its limits are those of the picture before it has the picture. */
	ok = wait_for_hello(e) && send_task(e);
	(void)!request_spare(pool);
	ok = ok && receive_all(e);
	*again = !ok && !e->begun && !e->late && !e->spent && !e->answered;
	count_cpu(e);
	if (*again)
		(void)fail(e->work, ERR_UNAVAILABLE,
			   "the decoder process ended before it accepted work");
	else if (!ok && !e->answered)
		(void)fail_by_death(e);
	keep_or_end(e, pool, ok);
	return ok;
}

static bool make_request(struct decoder_request *request, struct work *work,
			 const struct decoder_picture *picture)
{
	struct stat stat;

	if (fstat(picture->source, &stat))
		return fail_errno(work, "cannot read the size of a picture");
	if (!S_ISREG(stat.st_mode) || stat.st_size <= 0)
		return fail(work, ERR_CORRUPT_IMAGE,
			    "expected a file with a picture, found %lld bytes",
			    (long long)stat.st_size);
	if (picture->count < 1 || picture->count > RENDER_MAX_RECIPES)
		return fail_field(work, "variants",
				  "1 to %d of one picture, not %zu",
				  RENDER_MAX_RECIPES, picture->count);
	request->source_len = (uint64_t)stat.st_size;
	request->render.probe = *picture->probe;
	request->render.watermark = picture->watermark
					    ? *picture->watermark
					    : (struct watermark){ 0 };
	request->render.count = (uint32_t)picture->count;
	memcpy(request->render.recipes, picture->recipes,
	       picture->count * sizeof(*picture->recipes));
	return true;
}

static bool run_timed(struct exchange *e, struct decoder_pool *pool,
		      bool *again)
{
	const int64_t began_ms = clock_monotonic_ms();
	const bool ok = run_once(e, pool, again);

	if (!e->refused)
		metric_observe_us(METRIC_RENDER_SECONDS,
				  (clock_monotonic_ms() - began_ms) * 1000);
	return ok;
}

/* An idle process that has ended costs no attempt. A picture that needs more
   memory than was estimated may have all that there is. */
static bool run(struct exchange *first, struct decoder_pool *pool)
{
	const unsigned most_mib = decoder_budget_most_mib(
		first->request, pool->conf, &pool->limits);
	bool again = true, ok = false;
	int fresh = 2;

	while (again && fresh) {
		struct exchange e = *first;

		again = false;
		ok = run_timed(&e, pool, &again);
		if (!ok && e.out_of_memory && pool->budget &&
		    e.mib < most_mib) {
			first->mib = most_mib;
			again = true;
		} else if (!e.idled) {
			fresh--;
		}
	}
	return ok;
}

/* Where that failed at the start, the spare process has no holder. */
static bool open_budget(struct work *work, struct decoder_pool *pool)
{
	if (pool->budget)
		return true;
	if (!decoder_budget_open(&pool->budget, work, pool->pool, pool->conf))
		return false;
	if (pool->budget)
		decoder_process_end(&pool->spare);
	return true;
}

bool decoder_pool_render(struct rendition *renditions, struct work *work,
			 struct decoder_pool *pool,
			 const struct decoder_picture *picture)
{
	struct decoder_request *request =
		pool_alloc(work->pool, sizeof(*request));
	struct exchange e = { .renditions = renditions,
			      .work = work,
			      .pool = pool,
			      .picture = picture,
			      .watermark = -1,
			      .request = request };

	if (!open_budget(work, pool) || !make_request(request, work, picture) ||
	    (picture->watermark &&
	     !memory_file_new(&e.watermark, work, "watermark",
			      picture->watermark->bytes,
			      picture->watermark->len)))
		return false;
	e.mib = decoder_budget_estimate_mib(request, pool->conf, &pool->limits);
	return run(&e, pool);
}

struct decoder_pool_state decoder_pool_state(struct decoder_pool *pool)
{
	struct work work = { .conf = pool->conf };
	const int64_t deadline_ms =
		clock_monotonic_ms() + pool->limits.seconds * INT64_C(1000);

	if (pool->spare.child.socket >= 0 && !pool->spare.child.pid)
		(void)decoder_process_hello(&pool->spare, &work, &pool->server,
					    deadline_ms);
	return (struct decoder_pool_state){
		.spare = pool->spare.child.pid,
		.idle = decoder_idle_state(pool->idle),
	};
}

/* Memory for what comes back is used again at once: without new page faults if
   the kernel does not get it in between. */
static void keep_memory(void)
{
	mallopt(M_MMAP_THRESHOLD, MOST_FREE_BYTES / 2);
	mallopt(M_TRIM_THRESHOLD, MOST_FREE_BYTES);
}

struct decoder_pool *decoder_pool_new(const struct conf *conf,
				      const struct decoder_limits *limits,
				      const struct decoder_server *server)
{
	struct pool *memory = pool_new();
	struct decoder_pool *pool = pool_alloc(memory, sizeof(*pool));
	struct work work = { .conf = conf, .id = "start" };

	*pool = (struct decoder_pool){ .pool = memory,
				       .conf = conf,
				       .limits = *limits,
				       .server = server->client,
				       .idle = server->idle,
				       .spare = decoder_process_none() };
	decoder_idle_hide(pool->idle);
	keep_memory();
	if (!open_budget(&work, pool))
		log_failure(&work, "memory_budget_failed");
	(void)!request_spare(pool);
	return pool;
}

void decoder_pool_free(struct decoder_pool *pool)
{
	decoder_process_end(&pool->spare);
	if (pool->budget)
		memory_budget_close(pool->budget);
	pool_free(pool->pool);
}
