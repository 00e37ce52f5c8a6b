/* easel.c: the life of a painter: wait, paint one picture, end. */
#include "config.h"

#include "lib/picture/easel.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/base/child.h"
#include "lib/base/filter.h"
#include "lib/base/pool.h"

/* A message for stderr is lost, not a reason to die. */
/* clang-format off */
static const struct filter_call calls[] = {
	FILTER_FAILS("ioctl", EACCES),
	FILTER_MAKES("pread64"),
	FILTER_MAKES("recvmsg", FILTER_IF(0, FENCE_SOCKET)),
	FILTER_MAKES("write", FILTER_IF(0, FENCE_SOCKET)),
	FILTER_FAILS("write", EBADF, FILTER_UNLESS(0, FENCE_SOCKET)),
	{ 0 },
};
/* clang-format on */

/* The source gets the lowest free descriptor. */
enum { DESCRIPTORS = 1 };

unsigned easel_fence(int socket, enum conf_sandbox sandbox,
		     const struct fence_limits *limits)
{
	struct fence fence = { .calls = calls, .limits = *limits };

	/* A file named "JPEG:" in the working directory would undo that
	   prefix; nobody can make one there. */
	if (chdir("/proc") && chdir("/"))
		return 0;
	fence_keep(socket);
	close_range(0,
		    FILTER_WITH_SANITIZER ? STDERR_FILENO - 1 : STDERR_FILENO,
		    0);
	fence.limits.descriptors = DESCRIPTORS;
	return fence_raise(sandbox, &fence);
}

static void send_begun(void)
{
	const struct easel_reply reply = { .kind = EASEL_BEGUN };

	child_say(FENCE_SOCKET, &reply, sizeof(reply));
}

static void send_painted(void *arg, uint32_t index,
			 const struct painted *painted)
{
	const struct easel_reply reply = {
		.kind = EASEL_PAINTED,
		.index = index,
		.format = painted->format,
		.width = painted->width,
		.height = painted->height,
		.len = painted->len,
	};

	(void)arg;
	child_say(FENCE_SOCKET, &reply, sizeof(reply));
	child_say(FENCE_SOCKET, painted->bytes, painted->len);
}

static void send_failed(const struct work *work)
{
	struct easel_reply reply = { .kind = EASEL_FAILED, .err = work->err };

	snprintf(reply.field, sizeof(reply.field), "%s", work->field);
	snprintf(reply.why, sizeof(reply.why), "%s", work->why);
	child_say(FENCE_SOCKET, &reply, sizeof(reply));
}

/* Returns the source's descriptor. A parent that says nothing has ended. */
static int receive_task(struct easel_task *task)
{
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control;
	struct iovec data = { task, sizeof(*task) };
	struct msghdr message = { .msg_iov = &data,
				  .msg_iovlen = 1,
				  .msg_control = &control,
				  .msg_controllen = sizeof(control) };
	const struct cmsghdr *header;
	ssize_t got;
	int source;

	do
		got = recvmsg(FENCE_SOCKET, &message, MSG_WAITALL);
	while (got < 0 && errno == EINTR);
	header = CMSG_FIRSTHDR(&message);
	if (got != sizeof(*task) || !header || header->cmsg_type != SCM_RIGHTS)
		_exit(0);
	memcpy(&source, CMSG_DATA(header), sizeof(source));
	return source;
}

/* For files that cannot be mapped. The offset is the parent's, too. */
static uint8_t *read_source(struct pool *pool, int source, size_t len)
{
	uint8_t *bytes = pool_alloc(pool, len);
	size_t have = 0;

	while (have < len) {
		const ssize_t got =
			pread(source, bytes + have, len - have, (off_t)have);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return NULL;
		have += (size_t)got;
	}
	return bytes;
}

/* Some formats' headers are changed before they are decoded: in the mapping,
   not in the file. */
static uint8_t *open_source(struct pool *pool, int source, size_t len)
{
	uint8_t *bytes =
		mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE, source, 0);

	if (bytes == MAP_FAILED)
		bytes = read_source(pool, source, len);
	else
		(void)madvise(bytes, len, MADV_POPULATE_READ);
	close(source);
	return bytes;
}

static bool paint_task(const struct paint *paint, struct work *work, int source,
		       const struct easel_task *task)
{
	const size_t len = (size_t)task->source_len;
	uint8_t *bytes = open_source(work->pool, source, len);

	if (!bytes)
		return fail(work, ERR_UNAVAILABLE,
			    "the painter cannot read its source");
	return paint_all(paint, work, &task->paint, bytes, len, send_painted,
			 NULL);
}

void easel_run(const struct easel *easel, int socket)
{
	const enum conf_sandbox sandbox =
		(enum conf_sandbox)easel->paint->conf->sandbox;
	struct work work = { .conf = easel->paint->conf, .pool = pool_new() };
	struct easel_task task;
	unsigned parts;
	int source;

	paint_begin();
	parts = easel_fence(socket, sandbox, &easel->limits);
	source = receive_task(&task);
	send_begun();
	if (!fence_suffices(&work, parts, sandbox, "the painter") ||
	    !paint_task(easel->paint, &work, source, &task))
		send_failed(&work);
	_exit(0);
}
