/* decoder_pool.c: hands pictures to decoder processes, and keeps some. */
#include "config.h"

#include "lib/picture/decoder_pool.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/child.h"
#include "lib/base/clock.h"
#include "lib/base/crypt.h"
#include "lib/base/log.h"
#include "lib/base/memory_budget.h"
#include "lib/base/metric.h"
#include "lib/base/pool.h"
#include "lib/base/text.h"
#include "lib/picture/decoder.h"
#include "lib/picture/decoder_memory.h"
#include "lib/picture/decoder_server.h"

/* All variants of one picture together have at most this part of what a
   decoder process may use. */
enum { OUTPUT_SHARE = 8 };

/* A process that has rendered a picture of no more than this holds little
   afterwards; others end (decoder.c). */
enum { MOST_KEPT_MIB = 48 };

/* Address space beside the estimate: what is mapped and not used, and the huge
   pages in which the heap begins. */
enum { SLACK_MIB = 64 };

/* What the client keeps of its free memory. */
enum { MOST_FREE_BYTES = 2 << 20 };

/* How long the server may take to say how a decoder process ended. */
enum { STATUS_MS = 1000 };

/* How often a client that waits for a new process looks whether there is a
   server that can start it: one that has died is replaced at once. */
enum { SERVER_MS = 1000 };

/* A decoder process, as its client knows it. */
struct process {
	struct child child; /* pid 0 until DECODER_HELLO; socket -1: none */
	int pidfd;
	int status;                  /* where the server writes how it ended */
	struct memory_holder holder; /* of its picture's memory */
	struct uuid owner;
	long pictures; /* that it was given */
};

static const struct process no_process = {
	.child.socket = -1, .pidfd = -1, .status = -1, .holder = { -1, -1 }
};

struct decoder_pool {
	struct pool *pool;
	const struct conf *conf;
	struct decoder_limits limits;
	struct decoder_client server;
	struct memory_budget *budget; /* NULL: there is none */
	struct process spare;         /* has no owner yet */
	struct process kept;
};

/* One picture given to one process. */
struct exchange {
	struct painted *painted;
	struct work *work;
	const struct decoder_pool *pool;
	const struct decoder_picture *picture;
	const struct decoder_task *task;
	struct process process;
	unsigned mib; /* of memory that it may use */
	int64_t deadline_ms;
	int64_t cpu_began_us; /* of the process's CPU clock */
	uint64_t total_bytes;
	uint64_t rendered; /* bits of the recipes that are done */
	bool begun, answered, late, spent, out_of_memory, refused;
};

_Static_assert(PAINT_MAX_RECIPES <= 64, "`rendered` has 64 bits");

/* The server reaps it, and then closes its end of the holder, too: only then
   the memory is free. Nobody waits for that. */
static void end_process(struct process *process)
{
	if (process->child.socket < 0)
		return;
	close(process->child.socket);
	close(process->status);
	memory_holder_close(&process->holder);
	if (process->pidfd >= 0) {
		(void)syscall(SYS_pidfd_send_signal, process->pidfd, SIGKILL,
			      NULL, 0);
		close(process->pidfd);
	}
	*process = no_process;
}

static bool send_request(int server, int socket, int status, int holder)
{
	const int fds[DECODER_SERVER_FDS] = { socket, status, holder };

	return child_say_descriptors(server, "", 1, fds,
				     holder < 0 ? 2 : ARRAY_LEN(fds),
				     MSG_DONTWAIT);
}

static bool open_ends(int sockets[2], int status[2])
{
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets))
		return false;
	if (!pipe2(status, O_CLOEXEC))
		return true;
	close(sockets[0]);
	close(sockets[1]);
	return false;
}

/* Sends ends of a new stream socket and a new pipe to the server, which forks a
   process for them. The task can be sent before that process runs. */
static bool request_process(struct process *process,
			    const struct decoder_pool *pool)
{
	int sockets[2], status[2];
	bool sent;

	if (!open_ends(sockets, status))
		return false;
	*process = no_process;
	process->child.socket = sockets[0];
	process->status = status[0];
	sent = (!pool->budget ||
		memory_holder_open(&process->holder, pool->budget)) &&
	       send_request(pool->server.socket, sockets[1], status[1],
			    process->holder.file);
	close(sockets[1]);
	close(status[1]);
	if (!sent)
		end_process(process);
	return sent;
}

static bool receive(struct exchange *e, void *bytes, size_t len)
{
	const enum child_heard heard = child_hear(&e->process.child, e->work,
						  bytes, len, e->deadline_ms);

	e->late = heard == CHILD_IS_LATE;
	e->spent = heard == CHILD_IS_SPENT;
	return heard == CHILD_SPOKE;
}

/* Too late, too, when there is no server. */
static enum child_heard wait_for_start(const struct process *process,
				       struct work *work,
				       const struct decoder_client *server,
				       int64_t deadline_ms)
{
	enum child_heard heard;
	int64_t look_ms;

	do {
		look_ms = clock_monotonic_ms() + SERVER_MS;
		if (look_ms > deadline_ms)
			look_ms = deadline_ms;
		heard = child_wait(&process->child, work, look_ms);
	} while (heard == CHILD_IS_LATE && look_ms < deadline_ms &&
		 decoder_server_is_there(server));
	return heard;
}

/* Its first message, sent before it had any picture. */
static enum child_heard receive_hello(struct process *process,
				      struct work *work,
				      const struct decoder_client *server,
				      int64_t deadline_ms)
{
	const enum child_heard heard =
		wait_for_start(process, work, server, deadline_ms);
	struct decoder_reply reply;
	int pidfd;

	if (heard != CHILD_SPOKE)
		return heard;
	if (child_hear_descriptor(process->child.socket, &reply, sizeof(reply),
				  &pidfd, MSG_DONTWAIT | MSG_CMSG_CLOEXEC) !=
		    sizeof(reply) ||
	    pidfd < 0)
		return CHILD_IS_GONE;
	process->child.pid = (pid_t)reply.pid;
	process->pidfd = pidfd;
	return CHILD_SPOKE;
}

/* All that a new process has used counts. */
static void limit_cpu(struct exchange *e)
{
	const int64_t most_us = e->pool->limits.work_ms * INT64_C(1000);
	struct child *child = &e->process.child;

	if (e->process.pictures && !child_cpu_us(&e->cpu_began_us, child->pid))
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
	    child_cpu_us(&used_us, e->process.child.pid) &&
	    used_us > e->cpu_began_us)
		e->work->decoder_us += used_us - e->cpu_began_us;
}

/* So that no picture uses more than was reserved for it. The hard limit is that
   of all pictures (decoder_main.c). */
static void limit_memory(const struct exchange *e)
{
	const rlim_t most = e->pool->limits.memory_bytes +
			    (rlim_t)e->pool->conf->max_upload;
	const rlim_t own = ((rlim_t)e->mib + SLACK_MIB) << 20;
	const pid_t pid = e->process.child.pid;
	struct rlimit limit;

	if (!e->pool->budget || prlimit(pid, RLIMIT_AS, NULL, &limit) ||
	    limit.rlim_max == RLIM_INFINITY)
		return;
	limit.rlim_cur = limit.rlim_max - most + (own < most ? own : most);
	(void)!prlimit(pid, RLIMIT_AS, &limit, NULL);
}

static bool wait_for_hello(struct exchange *e)
{
	enum child_heard heard = CHILD_SPOKE;

	if (!e->process.child.pid)
		heard = receive_hello(&e->process, e->work, &e->pool->server,
				      e->deadline_ms);
	e->late = heard == CHILD_IS_LATE;
	if (heard != CHILD_SPOKE)
		return false;
	limit_cpu(e);
	limit_memory(e);
	return true;
}

/* The decoder may be compromised: its reply is checked against the request. */
static bool is_expected(const struct exchange *e,
			const struct decoder_reply *reply)
{
	const struct paint_task *task = &e->task->paint;
	struct recipe_plan plan;
	uint32_t width, height;

	if (reply->index >= task->count || e->rendered >> reply->index & 1 ||
	    !reply->len)
		return false;
	probe_upright(&task->probe, &width, &height);
	plan = recipe_plan(&task->recipes[reply->index], width, height);
	return reply->width == plan.width && reply->height == plan.height &&
	       reply->format ==
		       (uint32_t)recipe_format(&task->recipes[reply->index],
					       &task->probe);
}

static bool receive_rendered(struct exchange *e,
			     const struct decoder_reply *reply)
{
	const size_t room = e->pool->limits.memory_bytes / OUTPUT_SHARE;
	uint8_t *bytes;

	e->answered = true;
	if (!is_expected(e, reply))
		return fail(e->work, ERR_CORRUPT_IMAGE,
			    "the decoder answered nonsense");
	if (reply->len > room - e->total_bytes)
		return fail(e->work, ERR_TOO_LARGE,
			    "what is made of it has more than %zu MiB",
			    room >> 20);
	e->answered = false;
	bytes = pool_alloc(e->work->pool, reply->len);
	if (!receive(e, bytes, reply->len))
		return false;
	e->painted[reply->index] = (struct painted){
		.format = (enum format)reply->format,
		.width = reply->width,
		.height = reply->height,
		.bytes = bytes,
		.len = reply->len,
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
		       : fail_for_now(e->work, ERR_UNAVAILABLE, text,
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
	metric_add(METRIC_PAINTER_DEATHS, NULL, 1);
	if (reply->kind == DECODER_OUT_OF_MEMORY)
		return fail_for_memory(e);
	if (reply->kind == DECODER_OUT_OF_TIME)
		return fail_for_seconds(e);
	return fail(e->work, ERR_CORRUPT_IMAGE,
		    "the decoder answered nonsense");
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
	const uint32_t count = e->task->paint.count;
	const uint64_t all = ~(uint64_t)0 >> (64 - count);

	while (e->rendered != all)
		if (!receive_reply(e))
			return false;
	return true;
}

/* What waitpid() says, or SIGKILL where the server says nothing: it may have
   been killed, too. */
static int read_status(const struct process *process)
{
	struct pollfd poller = { .fd = process->status, .events = POLLIN };
	int status;

	if (poll(&poller, 1, STATUS_MS) > 0 &&
	    read(process->status, &status, sizeof(status)) == sizeof(status))
		return status;
	return SIGKILL;
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
	const int status = read_status(&e->process);

	if (WIFSIGNALED(status) && !is_own_signal(WTERMSIG(status)))
		return fail_for_now(e->work, ERR_UNAVAILABLE,
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
	metric_add(METRIC_PAINTER_DEATHS, NULL, 1);
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

	if (!child_cpu_us(&used_us, pid) ||
	    prlimit(pid, RLIMIT_CPU, NULL, &limit) ||
	    limit.rlim_max == RLIM_INFINITY)
		return;
	limit.rlim_cur =
		(rlim_t)(used_us / 1000000 + 1 + e->pool->limits.seconds);
	if (limit.rlim_cur > limit.rlim_max)
		limit.rlim_cur = limit.rlim_max;
	(void)!prlimit(pid, RLIMIT_CPU, &limit, NULL);
}

/* One that ended by itself has closed its socket; one that sent more than its
   replies is compromised. */
static bool is_waiting(const struct process *process)
{
	char byte;

	return recv(process->child.socket, &byte, sizeof(byte),
		    MSG_PEEK | MSG_DONTWAIT) < 0 &&
	       errno == EAGAIN;
}

static bool is_kept_for(const struct decoder_pool *pool, struct uuid owner)
{
	return pool->kept.child.socket >= 0 && !uuid_is_nil(owner) &&
	       uuid_equal(pool->kept.owner, owner);
}

/* The kept process if it is the owner's, else the spare one. */
static bool choose_process(struct exchange *e, struct decoder_pool *pool)
{
	if (is_kept_for(pool, e->picture->owner) && is_waiting(&pool->kept)) {
		e->process = pool->kept;
		pool->kept = no_process;
		renew_seconds(e);
		return true;
	}
	if (pool->spare.child.socket < 0 &&
	    !request_process(&pool->spare, pool))
		return fail(e->work, ERR_UNAVAILABLE,
			    "no decoder process can be asked for: %s",
			    strerror(errno));
	e->process = pool->spare;
	e->process.owner = e->picture->owner;
	pool->spare = no_process;
	return true;
}

static bool send_task(const struct exchange *e)
{
	return child_say_descriptor(e->process.child.socket, e->task,
				    sizeof(*e->task), e->picture->source, 0);
}

/* One that is not good for another picture ends by itself, too. */
static void keep_or_end(struct exchange *e, struct decoder_pool *pool, bool ok)
{
	e->process.pictures++;
	if (!ok || uuid_is_nil(e->process.owner) ||
	    (pool->budget && e->mib > MOST_KEPT_MIB) ||
	    e->process.pictures >= pool->conf->painter_pictures) {
		end_process(&e->process);
		return;
	}
	if (pool->budget)
		memory_budget_give(pool->budget, &e->process.holder);
	end_process(&pool->kept);
	pool->kept = e->process;
}

/* It has got no picture. */
static void return_process(struct exchange *e, struct decoder_pool *pool)
{
	if (e->process.pictures)
		pool->kept = e->process;
	else
		pool->spare = e->process;
}

/* A worker's job is tried again when others have given memory back. */
static bool fail_for_budget(const struct exchange *e)
{
	static const char text[] = "the decoder processes of this host have no "
				   "%u MiB of memory left now";

	metric_add(METRIC_MEMORY_BUSY, NULL, 1);
	return fail(e->work,
		    e->pool->limits.work_ms ? ERR_TOO_LARGE : ERR_UNAVAILABLE,
		    text, e->mib);
}

static bool reserve_memory(struct exchange *e)
{
	const long total_mib = e->pool->conf->decoder_memory_total;

	if (!e->pool->budget)
		return true;
	if (e->mib > memory_budget_largest_mib(total_mib))
		return fail(e->work, ERR_TOO_LARGE,
			    "it needs %u MiB of memory, more than %ld", e->mib,
			    memory_budget_largest_mib(total_mib));
	return memory_budget_take(e->pool->budget, &e->process.holder, e->work,
				  e->mib) ||
	       fail_for_budget(e);
}

/* `again` when the process ended before it had the task, so it may have been
   killed by anything. */
static bool run_once(struct exchange *e, struct decoder_pool *pool, bool *again)
{
	bool ok;

	if (!choose_process(e, pool))
		return false;
	if (!reserve_memory(e)) {
		e->refused = true;
		return_process(e, pool);
		return false;
	}
	e->deadline_ms =
		clock_monotonic_ms() + pool->limits.seconds * INT64_C(1000);
	ok = send_task(e);
	if (pool->spare.child.socket < 0)
		(void)!request_process(&pool->spare, pool);
	ok = ok && wait_for_hello(e) && receive_all(e);
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

static bool make_task(struct decoder_task *task, struct work *work,
		      const struct decoder_picture *picture)
{
	struct stat stat;

	if (fstat(picture->source, &stat))
		return fail_errno(work, "fstat of a picture");
	if (!S_ISREG(stat.st_mode) || stat.st_size <= 0)
		return fail(work, ERR_CORRUPT_IMAGE, "an empty picture");
	if (picture->count < 1 || picture->count > PAINT_MAX_RECIPES)
		return fail_field(work, "variants",
				  "1 to %d of one picture, not %zu",
				  PAINT_MAX_RECIPES, picture->count);
	task->source_len = (uint64_t)stat.st_size;
	task->paint.probe = *picture->probe;
	task->paint.count = (uint32_t)picture->count;
	memcpy(task->paint.recipes, picture->recipes,
	       picture->count * sizeof(*picture->recipes));
	return true;
}

/* More than that a decoder process cannot have, for its own limit or because
   all together do not have it. */
static unsigned most_mib(const struct exchange *e)
{
	const uint64_t bytes =
		e->pool->limits.memory_bytes + e->task->source_len;

	const uint64_t own_mib = bytes >> 20;
	const uint64_t shared_mib = (uint64_t)memory_budget_largest_mib(
		e->pool->conf->decoder_memory_total);

	return (unsigned)(own_mib < shared_mib ? own_mib : shared_mib);
}

/* Not more than its own limit; reserve_memory() refuses what is too much for
   all. */
static unsigned estimate_mib(const struct exchange *e)
{
	const struct decoder_picture *picture = e->picture;
	const uint64_t bytes =
		e->pool->limits.memory_bytes + e->task->source_len;
	const unsigned mib = decoder_memory_mib(
		picture->probe, picture->recipes, picture->count,
		e->task->source_len, e->pool->conf);

	return mib < bytes >> 20 ? mib : (unsigned)(bytes >> 20);
}

static bool run_timed(struct exchange *e, struct decoder_pool *pool,
		      bool *again)
{
	const int64_t began_ms = clock_monotonic_ms();
	const bool ok = run_once(e, pool, again);

	if (!e->refused)
		metric_observe_us(METRIC_PAINT_SECONDS,
				  (clock_monotonic_ms() - began_ms) * 1000);
	return ok;
}

/* A kept process that has ended costs no attempt. A picture that needs more
   memory than was estimated may have all that there is. */
static bool run(struct exchange *first, struct decoder_pool *pool)
{
	bool again = true, ok = false;
	int attempts = is_kept_for(pool, first->picture->owner) ? 3 : 2;

	while (again && attempts--) {
		struct exchange e = *first;

		again = false;
		ok = run_timed(&e, pool, &again);
		if (!ok && e.out_of_memory && pool->budget &&
		    e.mib < most_mib(&e)) {
			first->mib = most_mib(&e);
			again = true;
			attempts++;
		}
	}
	return ok;
}

const char *decoder_pool_budget_name(struct pool *pool, const struct conf *conf)
{
	enum { NAME_BYTES = 8 };
	uint8_t sum[CRYPT_SHA256_SIZE];
	char hex[2 * NAME_BYTES + 1];

	crypt_sha256(sum, conf->store_dir, strlen(conf->store_dir));
	text_hex(hex, sum, NAME_BYTES);
	return pool_printf(pool, "pixtier-%u-%s", (unsigned)geteuid(), hex);
}

/* Where that failed at the start, the processes have no holder. */
static bool open_budget(struct work *work, struct decoder_pool *pool)
{
	const long total_mib = pool->conf->decoder_memory_total;
	const char *name;

	if (!total_mib || pool->budget)
		return true;
	name = decoder_pool_budget_name(pool->pool, pool->conf);
	if (!memory_budget_open(&pool->budget, name, total_mib)) {
		pool->budget = NULL;
		return fail_errno(work, "cannot share memory by /dev/shm/%s",
				  name);
	}
	end_process(&pool->spare);
	end_process(&pool->kept);
	return true;
}

bool decoder_pool_render(struct painted *painted, struct work *work,
			 struct decoder_pool *pool,
			 const struct decoder_picture *picture)
{
	struct decoder_task *task = pool_alloc(work->pool, sizeof(*task));
	struct exchange e = { .painted = painted,
			      .work = work,
			      .pool = pool,
			      .picture = picture,
			      .task = task };

	if (!open_budget(work, pool) || !make_task(task, work, picture))
		return false;
	e.mib = estimate_mib(&e);
	return run(&e, pool);
}

struct decoder_pool_state decoder_pool_state(struct decoder_pool *pool)
{
	struct work work = { .conf = pool->conf };
	const int64_t deadline_ms =
		clock_monotonic_ms() + pool->limits.seconds * INT64_C(1000);

	if (pool->spare.child.socket >= 0 && !pool->spare.child.pid)
		(void)receive_hello(&pool->spare, &work, &pool->server,
				    deadline_ms);
	return (struct decoder_pool_state){
		.spare = pool->spare.child.pid,
		.kept = pool->kept.child.pid,
		.owner = pool->kept.owner,
		.pictures = pool->kept.pictures,
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
				      struct decoder_client server)
{
	struct pool *memory = pool_new();
	struct decoder_pool *pool = pool_alloc(memory, sizeof(*pool));
	struct work work = { .conf = conf, .id = "start" };

	*pool = (struct decoder_pool){ .pool = memory,
				       .conf = conf,
				       .limits = *limits,
				       .server = server,
				       .spare = no_process,
				       .kept = no_process };
	keep_memory();
	if (!open_budget(&work, pool))
		log_failure(&work, "memory_budget_failed");
	(void)!request_process(&pool->spare, pool);
	return pool;
}

void decoder_pool_free(struct decoder_pool *pool)
{
	end_process(&pool->spare);
	end_process(&pool->kept);
	if (pool->budget)
		memory_budget_close(pool->budget);
	pool_free(pool->pool);
}
