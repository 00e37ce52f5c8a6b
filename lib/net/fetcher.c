/* fetcher.c: the sandboxed child process that uses the network. */
#include "config.h"

#include "lib/net/fetcher.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/conf.h"
#include "lib/base/pool.h"
#include "lib/base/text.h"
#include "lib/net/fetch_sandbox.h"
#include "lib/net/preload.h"
#include "lib/process/sandbox.h"
#include "lib/process/subprocess.h"

/* The child has its own deadline, so that it can report the reason. The
   parent's deadline is GRACE_MS later. */
enum { CHUNK_BYTES = 1 << 16, GRACE_MS = 1000 };

/* Messages of the child: chunks, then the result. */
enum { CHUNK, DONE, FAILED };
struct message {
	uint32_t kind;
	uint32_t len; /* of the chunk that follows */
	uint32_t err, transient;
	struct client_answer answer;    /* to a POST */
	char file[CLIENT_FILE_MAX + 1]; /* file name in the answer */
	char why[sizeof(((struct work *)0)->why)];
};

struct fetch {
	const struct conf *conf;
	const char *url;
	int64_t max_bytes;
	const struct client_message *message; /* NULL: GET */
};

/* Closes all descriptors except the socket: the child must have none of the
   database, the store or the log. */
static void drop_descriptors(int socket)
{
	int nothing;

	sandbox_keep_fd(socket);
	nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
	for (int fd = 0; fd < SANDBOX_SOCKET; fd++)
		dup2(nothing, fd);
	close(nothing);
	signal(SIGPIPE, SIG_IGN);
}

static bool confine(struct work *work, long seconds)
{
	const struct conf *conf = work->conf;

	return sandbox_check(work, fetch_sandbox_enter(conf, seconds),
			     (enum conf_sandbox)conf->sandbox,
			     "the fetching child");
}

static bool write_chunk(void *arg, struct work *work, const void *bytes,
			size_t len)
{
	const char *at = bytes;

	(void)arg;
	(void)work;
	while (len) {
		const size_t some = len < CHUNK_BYTES ? len : CHUNK_BYTES;
		const struct message message = { .kind = CHUNK,
						 .len = (uint32_t)some };

		subprocess_write(SANDBOX_SOCKET, &message, sizeof(message));
		subprocess_write(SANDBOX_SOCKET, at, some);
		at += some;
		len -= some;
	}
	return true;
}

static bool call(struct message *message, struct work *work,
		 const struct preload *preload, const struct fetch *fetch)
{
	const char *file;

	if (!fetch->message) {
		if (!client_get(&file, preload, work, fetch->url,
				fetch->max_bytes, write_chunk, NULL))
			return false;
		snprintf(message->file, sizeof(message->file), "%s", file);
		return true;
	}
	return client_post(&message->answer, preload, work, fetch->message);
}

static void run(const void *arg, int socket)
{
	const struct fetch *fetch = arg;
	struct work work = { .conf = fetch->conf, .pool = pool_new() };
	struct message message = { .kind = DONE };
	struct preload preload;

	drop_descriptors(socket);
	preload_init(&preload, &work);
	if (!confine(&work, fetch->conf->fetch_timeout + 1) ||
	    !call(&message, &work, &preload, fetch)) {
		message.kind = FAILED;
		message.err = work.err;
		message.transient = work.transient;
		snprintf(message.why, sizeof(message.why), "%s", work.why);
	}
	subprocess_write(SANDBOX_SOCKET, &message, sizeof(message));
}

/* In the parent */

struct transfer {
	struct work *work;
	struct subprocess child;
	long timeout; /* seconds */
	int64_t deadline_ms;
	int64_t left; /* bytes */
	struct client_answer answer;
	const char *file;
};

static bool read_bytes(const struct transfer *t, void *bytes, size_t len)
{
	switch (subprocess_read(&t->child, t->work, bytes, len,
				t->deadline_ms)) {
	case READ_OK:
		return true;
	case READ_TIMEOUT:
		return fail_transient(t->work, ERR_FETCH_FAILED,
				      "no answer within %ld s", t->timeout);
	case READ_EOF:
	default:
		return fail_transient(t->work, ERR_FETCH_FAILED,
				      "the answer ended too early");
	}
}

/* The child reads data of unknown hosts and may be compromised, so its texts
   are checked. */
static void check_text(char *text, size_t size)
{
	text[size - 1] = '\0';
	if (!text_is_utf8(text, strlen(text)) || !text_is_printable(text))
		text[0] = '\0';
}

static bool report_failure(struct work *work, struct message *message)
{
	check_text(message->why, sizeof(message->why));
	switch (message->err) {
	case ERR_TOO_LARGE:
		return fail(work, ERR_TOO_LARGE, "%s", message->why);
	case ERR_FETCH_FAILED:
		return message->transient
			       ? fail_transient(work, ERR_FETCH_FAILED, "%s",
						message->why)
			       : fail(work, ERR_FETCH_FAILED, "%s",
				      message->why);
	case ERR_UNAVAILABLE:
		return fail(work, ERR_UNAVAILABLE, "%s", message->why);
	default:
		return fail(work, ERR_INTERNAL, "%s", message->why);
	}
}

static bool receive_chunk(struct transfer *t, char *chunk, size_t len,
			  client_sink *sink, void *arg)
{
	if (!sink || !len || len > CHUNK_BYTES || (int64_t)len > t->left)
		return fail(t->work, ERR_INTERNAL,
			    "the fetching child sent more than allowed");
	t->left -= (int64_t)len;
	return read_bytes(t, chunk, len) && sink(arg, t->work, chunk, len);
}

static bool receive_all(struct transfer *t, client_sink *sink, void *arg)
{
	char *chunk = pool_alloc(t->work->pool, CHUNK_BYTES);
	struct message message;

	for (;;) {
		if (!read_bytes(t, &message, sizeof(message)))
			return false;
		if (message.kind == DONE) {
			t->answer = message.answer;
			check_text(message.file, sizeof(message.file));
			t->file = pool_strdup(t->work->pool, message.file);
			return true;
		}
		if (message.kind == FAILED)
			return report_failure(t->work, &message);
		if (!receive_chunk(t, chunk, message.len, sink, arg))
			return false;
	}
}

static bool run_transfer(struct transfer *t, const struct fetch *fetch,
			 client_sink *sink, void *arg)
{
	int status;
	bool good;

	t->deadline_ms =
		clock_monotonic_ms() + GRACE_MS + t->timeout * INT64_C(1000);
	if (!subprocess_start(&t->child, run, fetch))
		return fail(t->work, ERR_UNAVAILABLE,
			    "cannot start a child process: %s",
			    strerror(errno));
	good = receive_all(t, sink, arg);
	status = subprocess_end(&t->child);
	if (!good && WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS)
		return fail(t->work, ERR_INTERNAL,
			    "the fetching child made a forbidden system call");
	return good;
}

bool fetcher_get(const char **file, struct work *work, const char *url,
		 int64_t max_bytes, client_sink *sink, void *arg)
{
	const struct fetch fetch = { .conf = work->conf,
				     .url = url,
				     .max_bytes = max_bytes };
	struct transfer t = { .work = work,
			      .timeout = work->conf->fetch_timeout,
			      .left = max_bytes };

	if (!run_transfer(&t, &fetch, sink, arg))
		return false;
	*file = t.file;
	return true;
}

/* The child may be compromised. */
static bool is_possible(const struct client_answer *answer,
			const struct client_message *message)
{
	const long least = message->announced ? 100 : 200;

	return answer->status >= least && answer->status <= 999 &&
	       answer->date >= 0 && answer->date <= CLIENT_DATE_MAX &&
	       (answer->noindex == 0 || answer->noindex == 1);
}

bool fetcher_post(struct client_answer *answer, struct work *work,
		  const struct client_message *message)
{
	const struct fetch fetch = { .conf = work->conf, .message = message };
	struct transfer t = { .work = work, .timeout = message->timeout };

	if (!run_transfer(&t, &fetch, NULL, NULL))
		return false;
	if (!is_possible(&t.answer, message))
		return fail(work, ERR_INTERNAL,
			    "the fetching child sent more than allowed");
	*answer = t.answer;
	return true;
}

static unsigned enter_sandbox(const void *conf)
{
	return fetch_sandbox_enter(conf, 1);
}

const char *fetcher_describe_sandbox(struct pool *pool, const struct conf *conf)
{
	return sandbox_describe_child(pool, enter_sandbox, conf);
}
