/* painter.c: hands pictures to painters and waits for what they make. */
#include "config.h"

#include "lib/picture/painter.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/child.h"
#include "lib/base/clock.h"
#include "lib/base/metric.h"
#include "lib/base/pool.h"
#include "lib/base/text.h"
#include "lib/picture/easel.h"

/* All variants of one picture together have at most this part of what a painter
   may take. */
enum { OUTPUT_SHARE = 8 };

struct painter {
	struct pool *pool;
	const struct conf *conf;
	struct painter_limits limits;
	struct paint paint;
	struct child spare; /* waits for the next picture */
};

/* One picture on its way. */
struct sitting {
	struct painted *painted;
	struct work *work;
	const struct painter *painter;
	int source;
	const struct easel_task *task;
	struct child child;
	int64_t deadline_ms;
	uint64_t total_bytes;
	uint64_t painted_mask; /* of the recipes that are done */
	bool begun, answered, late;
};

_Static_assert(PAINT_MAX_RECIPES <= 64, "painted_mask has 64 bits");

/* The source is mapped, too. */
static struct fence_limits fence_limits(const struct painter *painter)
{
	return (struct fence_limits){
		.memory_bytes = painter->limits.memory_bytes +
				(size_t)painter->conf->max_upload,
		.seconds = painter->limits.seconds,
	};
}

static void run_easel(const void *easel, int socket)
{
	easel_run(easel, socket);
}

static bool start(struct child *child, const struct painter *painter)
{
	const struct easel easel = { .paint = &painter->paint,
				     .limits = fence_limits(painter) };

	return child_start(child, run_easel, &easel);
}

static bool hand_over(const struct sitting *s)
{
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control = { .header = { .cmsg_level = SOL_SOCKET,
				  .cmsg_type = SCM_RIGHTS,
				  .cmsg_len = CMSG_LEN(sizeof(int)) } };
	struct iovec data = { (void *)s->task, sizeof(*s->task) };
	const struct msghdr message = { .msg_iov = &data,
					.msg_iovlen = 1,
					.msg_control = &control,
					.msg_controllen = sizeof(control) };
	ssize_t sent;

	memcpy(CMSG_DATA(&control.header), &s->source, sizeof(s->source));
	do
		sent = sendmsg(s->child.socket, &message, MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
	return sent == sizeof(*s->task);
}

static bool receive(struct sitting *s, void *bytes, size_t len)
{
	const enum child_heard heard =
		child_hear(&s->child, s->work, bytes, len, s->deadline_ms);

	s->late = heard == CHILD_IS_LATE;
	return heard == CHILD_SPOKE;
}

/* A painter may be in the power of its picture: what it says is not believed
   where it can be known. */
static bool is_expected(const struct sitting *s,
			const struct easel_reply *reply)
{
	const struct paint_task *task = &s->task->paint;
	struct recipe_plan plan;
	uint32_t width, height;

	if (reply->index >= task->count ||
	    s->painted_mask >> reply->index & 1 || !reply->len)
		return false;
	probe_upright(&task->probe, &width, &height);
	plan = recipe_plan(&task->recipes[reply->index], width, height);
	return reply->width == plan.width && reply->height == plan.height &&
	       reply->format ==
		       (uint32_t)recipe_format(&task->recipes[reply->index],
					       &task->probe);
}

static bool take_painted(struct sitting *s, const struct easel_reply *reply)
{
	const size_t room = s->painter->limits.memory_bytes / OUTPUT_SHARE;
	uint8_t *bytes;

	s->answered = true;
	if (!is_expected(s, reply))
		return fail(s->work, ERR_CORRUPT_IMAGE,
			    "the decoder answered nonsense");
	if (reply->len > room - s->total_bytes)
		return fail(s->work, ERR_TOO_LARGE,
			    "what is made of it has more than %zu MiB",
			    room >> 20);
	s->answered = false;
	bytes = pool_alloc(s->work->pool, reply->len);
	if (!receive(s, bytes, reply->len))
		return false;
	s->painted[reply->index] = (struct painted){
		.format = (enum format)reply->format,
		.width = reply->width,
		.height = reply->height,
		.bytes = bytes,
		.len = reply->len,
	};
	s->painted_mask |= (uint64_t)1 << reply->index;
	s->total_bytes += reply->len;
	return true;
}

static bool fail_for_memory(const struct sitting *s)
{
	return fail(s->work, ERR_TOO_LARGE,
		    "it needs more than %zu MiB to decode",
		    s->painter->limits.memory_bytes >> 20);
}

static bool take_failed(struct sitting *s, struct easel_reply *reply)
{
	reply->why[sizeof(reply->why) - 1] = '\0';
	reply->field[sizeof(reply->field) - 1] = '\0';
	s->answered = true;

	switch (reply->err) {
	case ERR_INVALID_FIELD:
		return fail_field(s->work, reply->field, "%s", reply->why);
	case ERR_TOO_LARGE:
		return fail_for_memory(s);
	case ERR_UNAVAILABLE:
	case ERR_UNSUPPORTED_FORMAT:
		return fail(s->work, (enum err)reply->err, "%s", reply->why);
	default:
		return fail(s->work, ERR_CORRUPT_IMAGE, "%s", reply->why);
	}
}

static bool take_reply(struct sitting *s)
{
	struct easel_reply reply;

	if (!receive(s, &reply, sizeof(reply)))
		return false;
	switch (reply.kind) {
	case EASEL_BEGUN:
		s->begun = true;
		return true;
	case EASEL_PAINTED:
		return take_painted(s, &reply);
	default:
		return take_failed(s, &reply);
	}
}

static bool take_all(struct sitting *s)
{
	const uint32_t count = s->task->paint.count;
	const uint64_t all = ~(uint64_t)0 >> (64 - count);

	while (s->painted_mask != all)
		if (!take_reply(s))
			return false;
	return true;
}

/* It ended without a word. */
static bool fail_by_death(const struct sitting *s, int status)
{
	const struct painter_limits *limits = &s->painter->limits;
	struct work *work = s->work;

	metric_add(METRIC_PAINTER_DEATHS, NULL, 1);
	if (s->late || (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU))
		return fail(work, ERR_CORRUPT_IMAGE,
			    "it takes longer than %ld s to decode",
			    limits->seconds);
	if (WIFEXITED(status) && WEXITSTATUS(status) == PAINT_EXIT_MEMORY)
		return fail_for_memory(s);
	if (WIFSIGNALED(status))
		return fail(work, ERR_CORRUPT_IMAGE,
			    "the decoder died of signal %d", WTERMSIG(status));
	return fail(work, ERR_CORRUPT_IMAGE, "the decoder ended by itself");
}

static bool make_task(struct easel_task *task, struct work *work, int source,
		      const struct probe *probe, const struct recipe *recipes,
		      size_t count)
{
	struct stat stat;

	if (fstat(source, &stat))
		return fail_errno(work, "fstat of a picture");
	if (!S_ISREG(stat.st_mode) || stat.st_size <= 0)
		return fail(work, ERR_CORRUPT_IMAGE, "an empty picture");
	if (count < 1 || count > PAINT_MAX_RECIPES)
		return fail_field(work, "variants",
				  "1 to %d of one picture, not %zu",
				  PAINT_MAX_RECIPES, count);
	task->source_len = (uint64_t)stat.st_size;
	task->paint.probe = *probe;
	task->paint.count = (uint32_t)count;
	memcpy(task->paint.recipes, recipes, count * sizeof(*recipes));
	return true;
}

static bool sit(struct sitting *s, struct painter *painter, bool *again)
{
	bool ok;
	int status;

	if (!painter->spare.pid && !start(&painter->spare, painter))
		return fail(s->work, ERR_UNAVAILABLE,
			    "no painter can be started: %s", strerror(errno));
	s->child = painter->spare;
	painter->spare = (struct child){ 0 };
	s->deadline_ms =
		clock_monotonic_ms() + painter->limits.seconds * INT64_C(1000);

	ok = hand_over(s);
	/* The next one gets ready while this one works. If it cannot be had
	   now, the next picture tries again. */
	(void)start(&painter->spare, painter);
	ok = ok && take_all(s);
	status = child_end(&s->child);
	*again = !ok && !s->begun && !s->late;
	if (*again)
		return fail(s->work, ERR_UNAVAILABLE,
			    "painters die before they begin");
	if (ok || s->answered)
		return ok;
	return fail_by_death(s, status);
}

bool painter_paint(struct painted *painted, struct work *work,
		   struct painter *painter, int source,
		   const struct probe *probe, const struct recipe *recipes,
		   size_t count)
{
	struct easel_task *task = pool_alloc(work->pool, sizeof(*task));
	int64_t began_ms = clock_monotonic_ms();
	bool again = true, ok = false;

	if (!make_task(task, work, source, probe, recipes, count))
		return false;
	for (int attempt = 0; again && attempt < 2; attempt++) {
		struct sitting s = { .painted = painted,
				     .work = work,
				     .painter = painter,
				     .source = source,
				     .task = task };

		ok = sit(&s, painter, &again);
	}
	metric_observe_us(METRIC_PAINT_SECONDS,
			  (clock_monotonic_ms() - began_ms) * 1000);
	return ok;
}

struct painter *painter_new(const struct conf *conf,
			    const struct painter_limits *limits)
{
	struct pool *pool = pool_new();
	struct painter *painter = pool_alloc(pool, sizeof(*painter));

	painter->pool = pool;
	painter->conf = conf;
	painter->limits = *limits;
	paint_init(&painter->paint, pool, conf, limits->memory_bytes);
	(void)start(&painter->spare, painter);
	return painter;
}

void painter_free(struct painter *painter)
{
	if (painter->spare.pid)
		(void)child_end(&painter->spare);
	pool_free(painter->pool);
}

static unsigned raise_fence(const void *arg)
{
	const struct conf *conf = arg;
	const struct fence_limits limits = { .memory_bytes = (size_t)64 << 20,
					     .seconds = 1 };

	return easel_fence(STDIN_FILENO, (enum conf_sandbox)conf->sandbox,
			   &limits);
}

const char *painter_fence(struct pool *pool, const struct conf *conf)
{
	return fence_try(pool, raise_fence, conf);
}
