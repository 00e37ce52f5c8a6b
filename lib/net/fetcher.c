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
#include "lib/base/sandbox.h"
#include "lib/base/subprocess.h"
#include "lib/base/text.h"
#include "lib/net/fetch_sandbox.h"
#include "lib/net/preload.h"

/* The child has its own deadline, so that it can report the reason. The
   parent's deadline is GRACE_MS later. */
enum { CHUNK = 1 << 16, GRACE_MS = 1000 };

/* Messages of the child: chunks, then the result. */
enum { PIECE, DONE, FAILED };
struct word {
	uint32_t kind;
	uint32_t len; /* of the chunk that follows */
	uint32_t err, for_now;
	uint32_t status;                /* of the answer to a POST */
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
static void give_up_all(int socket)
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

static bool say_piece(void *arg, struct work *work, const void *bytes,
		      size_t len)
{
	const char *at = bytes;

	(void)arg;
	(void)work;
	while (len) {
		const size_t some = len < CHUNK ? len : CHUNK;
		const struct word word = { .kind = PIECE,
					   .len = (uint32_t)some };

		subprocess_write(SANDBOX_SOCKET, &word, sizeof(word));
		subprocess_write(SANDBOX_SOCKET, at, some);
		at += some;
		len -= some;
	}
	return true;
}

static bool call(struct word *word, struct work *work,
		 const struct preload *preload, const struct fetch *fetch)
{
	const char *file;
	long status = 0;

	if (!fetch->message) {
		if (!client_get(&file, preload, work, fetch->url,
				fetch->max_bytes, say_piece, NULL))
			return false;
		snprintf(word->file, sizeof(word->file), "%s", file);
		return true;
	}
	if (!client_post(&status, preload, work, fetch->message))
		return false;
	word->status = (uint32_t)status;
	return true;
}

static void run(const void *arg, int socket)
{
	const struct fetch *fetch = arg;
	struct work work = { .conf = fetch->conf, .pool = pool_new() };
	struct word word = { .kind = DONE };
	struct preload preload;

	give_up_all(socket);
	preload_init(&preload, &work);
	if (!confine(&work, fetch->conf->fetch_timeout + 1) ||
	    !call(&word, &work, &preload, fetch)) {
		word.kind = FAILED;
		word.err = work.err;
		word.for_now = work.for_now;
		snprintf(word.why, sizeof(word.why), "%s", work.why);
	}
	subprocess_write(SANDBOX_SOCKET, &word, sizeof(word));
}

/* In the parent */

struct hearing {
	struct work *work;
	struct subprocess child;
	long timeout; /* seconds */
	int64_t deadline_ms;
	int64_t left; /* bytes */
	uint32_t status;
	const char *file;
};

static bool hear(const struct hearing *h, void *bytes, size_t len)
{
	switch (subprocess_read(&h->child, h->work, bytes, len,
				h->deadline_ms)) {
	case READ_OK:
		return true;
	case READ_TIMEOUT:
		return fail_for_now(h->work, ERR_FETCH_FAILED,
				    "no answer within %ld s", h->timeout);
	case READ_EOF:
	default:
		return fail_for_now(h->work, ERR_FETCH_FAILED,
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

static bool take_failure(struct work *work, struct word *word)
{
	check_text(word->why, sizeof(word->why));
	switch (word->err) {
	case ERR_TOO_LARGE:
		return fail(work, ERR_TOO_LARGE, "%s", word->why);
	case ERR_FETCH_FAILED:
		return word->for_now
			       ? fail_for_now(work, ERR_FETCH_FAILED, "%s",
					      word->why)
			       : fail(work, ERR_FETCH_FAILED, "%s", word->why);
	case ERR_UNAVAILABLE:
		return fail(work, ERR_UNAVAILABLE, "%s", word->why);
	default:
		return fail(work, ERR_INTERNAL, "%s", word->why);
	}
}

static bool take_piece(struct hearing *h, char *piece, size_t len,
		       client_sink *sink, void *arg)
{
	if (!sink || !len || len > CHUNK || (int64_t)len > h->left)
		return fail(h->work, ERR_INTERNAL,
			    "the fetching child sent more than allowed");
	h->left -= (int64_t)len;
	return hear(h, piece, len) && sink(arg, h->work, piece, len);
}

static bool take_all(struct hearing *h, client_sink *sink, void *arg)
{
	char *piece = pool_alloc(h->work->pool, CHUNK);
	struct word word;

	for (;;) {
		if (!hear(h, &word, sizeof(word)))
			return false;
		if (word.kind == DONE) {
			h->status = word.status;
			check_text(word.file, sizeof(word.file));
			h->file = pool_strdup(h->work->pool, word.file);
			return true;
		}
		if (word.kind == FAILED)
			return take_failure(h->work, &word);
		if (!take_piece(h, piece, word.len, sink, arg))
			return false;
	}
}

static bool have_done(struct hearing *h, const struct fetch *fetch,
		      client_sink *sink, void *arg)
{
	int status;
	bool good;

	h->deadline_ms =
		clock_monotonic_ms() + GRACE_MS + h->timeout * INT64_C(1000);
	if (!subprocess_start(&h->child, run, fetch))
		return fail(h->work, ERR_UNAVAILABLE,
			    "cannot start a child process: %s",
			    strerror(errno));
	good = take_all(h, sink, arg);
	status = subprocess_end(&h->child);
	if (!good && WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS)
		return fail(h->work, ERR_INTERNAL,
			    "the fetching child made a forbidden system call");
	return good;
}

bool fetcher_get(const char **file, struct work *work, const char *url,
		 int64_t max_bytes, client_sink *sink, void *arg)
{
	const struct fetch fetch = { .conf = work->conf,
				     .url = url,
				     .max_bytes = max_bytes };
	struct hearing h = { .work = work,
			     .timeout = work->conf->fetch_timeout,
			     .left = max_bytes };

	if (!have_done(&h, &fetch, sink, arg))
		return false;
	*file = h.file;
	return true;
}

bool fetcher_post(long *status, struct work *work,
		  const struct client_message *message)
{
	const struct fetch fetch = { .conf = work->conf, .message = message };
	struct hearing h = { .work = work, .timeout = message->timeout };

	if (!have_done(&h, &fetch, NULL, NULL))
		return false;
	if (h.status < 200 || h.status > 999)
		return fail(work, ERR_INTERNAL,
			    "the fetching child sent more than allowed");
	*status = (long)h.status;
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
