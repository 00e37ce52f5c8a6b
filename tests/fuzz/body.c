/* body.c: fuzzes the framing of bodies: FastCGI records on a socket, through
   libfcgi. Lengths of parameters are true, for those that are not make libfcgi
   end the process, as who may write to the socket can. */
#include "config.h"

#include "fcgi/body.h"

#include <fcgiapp.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/pool.h"
#include "tests/lib/fuzz.h"

enum { BEGIN_REQUEST = 1, PARAMS = 4, STDIN = 5, HEADER_SIZE = 8 };
enum { MAX_STREAM = 1 << 16, MAX_BODY = 1000 };

static struct sockaddr_un address = { .sun_family = AF_UNIX };
static socklen_t address_len;
static int listener;

/* In the abstract namespace, where nothing needs to be removed. */
static void listen_once(void)
{
	if (address_len)
		return;
	expect(!FCGX_Init());
	listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	address_len = (socklen_t)offsetof(struct sockaddr_un, sun_path);
	expect(!bind(listener, (struct sockaddr *)&address, address_len));
	address_len = sizeof(address);
	expect(!getsockname(listener, (struct sockaddr *)&address,
			    &address_len));
	expect(!listen(listener, 1));
}

static void add_record(struct buf *out, unsigned kind, const void *bytes,
		       size_t len)
{
	const uint8_t header[HEADER_SIZE] = {
		1, (uint8_t)kind, 0, 1, (uint8_t)(len >> 8), (uint8_t)len, 0, 0
	};

	expect(buf_add(out, header, sizeof(header)) &&
	       buf_add(out, bytes, len));
}

static void add_param(struct buf *out, const char *name, const char *value)
{
	const uint8_t lengths[] = { (uint8_t)strlen(name),
				    (uint8_t)strlen(value) };

	expect(buf_add(out, lengths, sizeof(lengths)) &&
	       buf_add_text(out, name) && buf_add_text(out, value));
}

static void add_head(struct buf *out, struct pool *pool, const char *length)
{
	static const uint8_t begin[] = { 0, 1, 0, 0, 0, 0, 0, 0 };
	struct buf *params = buf_new(pool, MAX_STREAM);

	add_param(params, "REQUEST_METHOD", "POST");
	add_param(params, "REQUEST_URI", "/v1/images");
	add_param(params, "CONTENT_LENGTH", length);
	add_record(out, BEGIN_REQUEST, begin, sizeof(begin));
	add_record(out, PARAMS, params->data, params->len);
	add_record(out, PARAMS, "", 0);
}

/* What should come of the records: `whole` when they are a body as they must
   be. */
struct expected {
	struct buf *body;
	bool whole;
};

/* Each record: its kind, its length, its bytes. */
static struct expected add_body(struct buf *out, struct pool *pool,
				struct fuzz_input *input)
{
	struct expected expected = { buf_new(pool, MAX_STREAM), true };
	bool ended = false;

	while (input->left && out->len < MAX_STREAM / 2) {
		const unsigned choice = fuzz_byte(input);
		const unsigned kind = choice < 240 ? STDIN : choice - 240;
		size_t len = fuzz_byte(input);

		if (len > input->left)
			len = input->left;
		add_record(out, kind, input->at, len);
		if (!ended && kind == STDIN)
			expect(buf_add(expected.body, input->at, len));
		expected.whole = expected.whole && (ended || kind == STDIN);
		ended = ended || (kind == STDIN && !len);
		input->at += len;
		input->left -= len;
	}
	expected.whole = expected.whole && ended;
	return expected;
}

static bool take(void *arg, struct work *work, const void *bytes, size_t len)
{
	(void)work;
	expect(len);
	return buf_add(arg, bytes, len);
}

static void check_body(struct work *work, FCGX_Request *fcgi,
		       const struct expected *expected)
{
	struct request req = { .in = fcgi->in };
	struct buf *came = buf_new(work->pool, MAX_STREAM);

	if (!request_read(&req, work, fcgi->envp))
		return;
	req.in = fcgi->in;
	if (!body_stream(&req, MAX_BODY, take, came)) {
		expect(work->err == ERR_BAD_REQUEST ||
		       work->err == ERR_TOO_LARGE);
		expect(*work->why);
		return;
	}
	expect(came->len <= MAX_BODY && came->len <= expected->body->len);
	expect(!memcmp(came->data, expected->body->data, came->len));
	if (req.content_length >= 0)
		expect((int64_t)came->len == req.content_length);
	else
		expect(expected->whole && came->len == expected->body->len);
	if (body_is_done(&req) && expected->whole)
		expect(came->len == expected->body->len);
}

static int send_stream(const struct buf *stream)
{
	const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	expect(fd >= 0);
	expect(!connect(fd, (struct sockaddr *)&address, address_len));
	expect(send(fd, stream->data, stream->len, MSG_NOSIGNAL) ==
	       (ssize_t)stream->len);
	shutdown(fd, SHUT_WR);
	return fd;
}

/* A line that is CONTENT_LENGTH, then the records. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = { data, size };
	struct work work = { .conf = fuzz_conf(), .pool = pool_new() };
	struct buf *stream = buf_new(work.pool, MAX_STREAM);
	char *length = fuzz_text(&input, work.pool, '\n');
	struct expected expected;
	FCGX_Request fcgi;
	int client;

	listen_once();
	length[strnlen(length, 100)] = '\0';
	add_head(stream, work.pool, length);
	expected = add_body(stream, work.pool, &input);
	client = send_stream(stream);
	expect(!FCGX_InitRequest(&fcgi, listener, 0));
	if (!FCGX_Accept_r(&fcgi))
		check_body(&work, &fcgi, &expected);
	close(client);
	FCGX_Finish_r(&fcgi);
	FCGX_Free(&fcgi, 1);
	pool_free(work.pool);
	return 0;
}
