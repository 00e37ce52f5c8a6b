/* decoder.c: the decoder process, which renders pictures of one owner. */
#include "config.h"

#include "lib/picture/decoder.h"

#include <errno.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <magick/api.h>

#include "lib/base/pool.h"
#include "lib/process/filter.h"
#include "lib/process/subprocess.h"

/* Writes to stderr are dropped, and do not kill the process. */
/* clang-format off */
static const struct filter_call calls[] = {
	FILTER_FAILS("ioctl", EACCES),
	FILTER_MAKES("pread64"),
	FILTER_MAKES("recvmsg", FILTER_IF(0, SANDBOX_SOCKET)),
	FILTER_MAKES("write", FILTER_IF(0, SANDBOX_SOCKET)),
	FILTER_FAILS("write", EBADF, FILTER_UNLESS(0, SANDBOX_SOCKET)),
	{ 0 },
};
/* clang-format on */

/* The source and a watermark get the lowest free descriptors. */
enum { SOURCE, WATERMARK, DESCRIPTORS };

/* A decoder process whose memory has grown by more than this ends, and renders
   no other picture. */
enum { MOST_KEPT_BYTES = 32 << 20 };

/* True while a reply is written: another reply now would be read as a part of
   it. */
static volatile sig_atomic_t writing;

static void prepare(struct sandbox_prepared *prepared, struct pool *pool,
		    enum conf_sandbox mode, const struct sandbox_limits *limits)
{
	struct sandbox sandbox = { .calls = calls, .limits = *limits };

	/* A file "JPEG:" in the working directory would change the meaning of
	   that prefix. Nobody can create one there. */
	if (chdir("/proc") && chdir("/"))
		return;
	sandbox.limits.descriptors = DESCRIPTORS;
	sandbox_prepare(prepared, pool, mode, &sandbox);
}

static void keep_socket(int socket)
{
	sandbox_keep_fd(socket);
	close_range(0,
		    FILTER_WITH_SANITIZER ? STDERR_FILENO - 1 : STDERR_FILENO,
		    0);
}

unsigned decoder_enter_sandbox(int socket, enum conf_sandbox mode,
			       const struct sandbox_limits *limits)
{
	struct sandbox_prepared prepared = { 0 };
	struct pool *pool = pool_new();
	unsigned parts;

	prepare(&prepared, pool, mode, limits);
	keep_socket(socket);
	parts = sandbox_enter_prepared(&prepared);
	pool_free(pool);
	return parts;
}

static void send_reply(const struct decoder_reply *reply, const void *bytes)
{
	writing = 1;
	subprocess_write(SANDBOX_SOCKET, reply, sizeof(*reply));
	if (bytes)
		subprocess_write(SANDBOX_SOCKET, bytes, reply->len);
	writing = 0;
}

static NORETURN void end_as(enum decoder_reply_kind kind)
{
	const struct decoder_reply reply = { .kind = kind };

	if (!writing)
		send_reply(&reply, NULL);
	_exit(1);
}

/* All fatal errors of GraphicsMagick are out of memory. */
static NORETURN void on_fatal(const ExceptionType severity, const char *reason,
			      const char *description)
{
	(void)severity;
	(void)reason;
	(void)description;
	end_as(DECODER_OUT_OF_MEMORY);
}

static void on_time(int number)
{
	(void)number;
	end_as(DECODER_OUT_OF_TIME);
}

void decoder_prepare(struct decoder *decoder, struct pool *pool,
		     const struct sandbox_limits *limits)
{
	const struct sigaction time = { .sa_handler = on_time };
	const enum conf_sandbox mode =
		(enum conf_sandbox)decoder->renderer->conf->sandbox;

	sigaction(SIGXCPU, &time, NULL);
	SetFatalErrorHandler(on_fatal);
	prepare(&decoder->sandbox, pool, mode, limits);
}

/* Sends its own pidfd: if another process opened one from the number, the
   number could already belong to a new process. */
static void send_hello(const struct decoder *decoder)
{
	const struct decoder_reply reply = { .kind = DECODER_HELLO,
					     .pid = getpid(),
					     .len = decoder->shared_bytes };
	const int self = (int)syscall(SYS_pidfd_open, getpid(), 0);

	if (self < 0 ||
	    !subprocess_send_fd(SANDBOX_SOCKET, &reply, sizeof(reply), self, 0))
		_exit(0);
	close(self);
}

static void send_rendered(void *arg, uint32_t index,
			  const struct rendition *rendition)
{
	const struct decoder_reply reply = {
		.kind = DECODER_RENDERED,
		.index = index,
		.format = rendition->format,
		.width = rendition->width,
		.height = rendition->height,
		.len = rendition->len,
		.placeholder = rendition->placeholder,
	};

	(void)arg;
	send_reply(&reply, rendition->bytes);
}

static void send_failed(const struct work *work)
{
	const struct decoder_reply reply = {
		.kind = DECODER_FAILED,
		.error = decoder_error_of(work),
	};

	send_reply(&reply, NULL);
}

/* If the client closes the socket, no work is left. */
static void receive_request(struct decoder_request *request,
			    int files[DESCRIPTORS])
{
	const struct decoder_reply begun = { .kind = DECODER_BEGUN };
	const ssize_t got = subprocess_receive_fds(SANDBOX_SOCKET, request,
						   sizeof(*request), files,
						   DESCRIPTORS, MSG_WAITALL);

	if (got != sizeof(*request) || files[SOURCE] < 0)
		_exit(0);
	send_reply(&begun, NULL);
}

/* Reads the whole source. A mapping would have to be private, because some
   headers are changed before decoding, and costs a page fault for each page.
   The client also uses the descriptor's offset, so this must not change it. */
static bool read_source(uint8_t **bytes, struct work *work, int source,
			size_t len)
{
	uint8_t *made = pool_try_alloc(work->pool, len);
	size_t have = 0;

	if (!made)
		return fail(work, ERR_TOO_LARGE,
			    "no memory for the %zu bytes of the picture", len);
	while (have < len) {
		const ssize_t got =
			pread(source, made + have, len - have, (off_t)have);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return fail(work, ERR_UNAVAILABLE,
				    "the decoder process cannot read its "
				    "source");
		have += (size_t)got;
	}
	*bytes = made;
	return true;
}

/* The client's pointer means nothing here. */
static bool read_watermark(struct watermark *watermark, struct work *work,
			   int file)
{
	uint8_t *bytes = NULL;
	const bool ok =
		file < 0 || read_source(&bytes, work, file, watermark->len);

	if (file >= 0)
		close(file);
	else
		watermark->len = 0;
	watermark->bytes = bytes;
	return ok;
}

static bool render(const struct renderer *renderer, struct work *work,
		   const int files[DESCRIPTORS],
		   struct decoder_request *request)
{
	const size_t len = (size_t)request->source_len;
	uint8_t *bytes = NULL;
	const bool ok = read_source(&bytes, work, files[SOURCE], len) &&
			read_watermark(&request->render.watermark, work,
				       files[WATERMARK]);

	close(files[SOURCE]);
	return ok && render_all(renderer, work, &request->render, bytes, len,
				send_rendered, NULL);
}

static size_t held_bytes(void)
{
	const struct mallinfo2 info = mallinfo2();

	return info.arena + info.hblkhd;
}

/* Returns true if this process may render another picture. */
static bool render_next(const struct decoder *decoder, unsigned parts)
{
	const struct conf *conf = decoder->renderer->conf;
	struct work work = { .conf = conf };
	struct decoder_request request;
	int files[DESCRIPTORS];
	bool ok;

	receive_request(&request, files);

	work.pool = pool_new();
	ok = sandbox_check(&work, parts, (enum conf_sandbox)conf->sandbox,
			   "the decoder process") &&
	     render(decoder->renderer, &work, files, &request);
	if (!ok)
		send_failed(&work);
	pool_free(work.pool);
	return ok && !work.warned;
}

void decoder_run(const struct decoder *decoder, int socket)
{
	const size_t most = held_bytes() + MOST_KEPT_BYTES;
	unsigned parts;

	keep_socket(socket);
	send_hello(decoder);
	parts = sandbox_enter_prepared(&decoder->sandbox);
	while (render_next(decoder, parts) && held_bytes() <= most)
		;
	_exit(0);
}

static unsigned enter(const void *arg)
{
	const struct conf *conf = arg;
	const struct sandbox_limits limits = { .memory_bytes = (size_t)64 << 20,
					       .seconds = 1 };

	return decoder_enter_sandbox(STDIN_FILENO,
				     (enum conf_sandbox)conf->sandbox, &limits);
}

const char *decoder_describe_sandbox(struct pool *pool, const struct conf *conf)
{
	return sandbox_describe_child(pool, enter, conf);
}
