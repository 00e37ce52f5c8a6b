/* fastcgi.c: requests something of the responders without a web server. */
#include "config.h"

#include "lib/net/fastcgi.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/pool.h"
#include "lib/base/text.h"

/* Record types and sizes of the specification, sections 3.3 and 8. */
enum { BEGIN_REQUEST = 1, END_REQUEST = 3, PARAMS = 4, STDIN = 5, STDOUT = 6 };
enum { HEADER_SIZE = 8, FCGI_VERSION = 1, REQUEST_ID = 1, ROLE_RESPONDER = 1 };
enum { MAX_REQUEST = 4096, MAX_VALUE = 127, MAX_RECORD = 65536 + 256 };

static void close_socket(void *fd)
{
	close(*(int *)fd);
}

/* The work's pool closes the socket. */
static bool open_socket(int *fd, struct work *work, const char *path)
{
	const struct timeval timeout = { .tv_sec = FASTCGI_TIMEOUT };
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int *kept = pool_alloc(work->pool, sizeof(*kept));

	if (strlen(path) >= sizeof(address.sun_path))
		return fail(work, ERR_UNAVAILABLE, "%s: too long for a socket",
			    path);
	memcpy(address.sun_path, path, strlen(path));
	*kept = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (*kept < 0)
		return fail_errno(work, "cannot make a socket");
	pool_defer(work->pool, close_socket, kept);
	*fd = *kept;
	return (!setsockopt(*fd, SOL_SOCKET, SO_RCVTIMEO, &timeout,
			    sizeof(timeout)) &&
		!setsockopt(*fd, SOL_SOCKET, SO_SNDTIMEO, &timeout,
			    sizeof(timeout)) &&
		!connect(*fd, (struct sockaddr *)&address, sizeof(address))) ||
	       fail(work, ERR_UNAVAILABLE, "%s: %s", path, strerror(errno));
}

static bool add_record(struct buf *out, uint8_t type, const void *content,
		       size_t len)
{
	const uint8_t header[HEADER_SIZE] = {
		FCGI_VERSION,        type,         0, REQUEST_ID,
		(uint8_t)(len >> 8), (uint8_t)len, 0, 0
	};

	return buf_add(out, header, sizeof(header)) &&
	       buf_add(out, content, len);
}

/* Lengths below 128 take one byte. */
static bool add_pair(struct buf *params, const char *name, const char *value)
{
	const uint8_t lengths[] = { (uint8_t)strlen(name),
				    (uint8_t)strlen(value) };

	return strlen(value) <= MAX_VALUE &&
	       buf_add(params, lengths, sizeof(lengths)) &&
	       buf_add_text(params, name) && buf_add_text(params, value);
}

static bool write_request(struct buf *out, struct pool *pool, const char *path)
{
	const uint8_t begin[] = { 0, ROLE_RESPONDER, 0, 0, 0, 0, 0, 0 };
	struct buf *params = buf_new(pool, MAX_REQUEST);

	return add_pair(params, "REQUEST_METHOD", "GET") &&
	       add_pair(params, "REQUEST_URI", path) &&
	       add_pair(params, "REMOTE_ADDR", "127.0.0.1") &&
	       add_record(out, BEGIN_REQUEST, begin, sizeof(begin)) &&
	       add_record(out, PARAMS, params->data, params->len) &&
	       add_record(out, PARAMS, "", 0) && add_record(out, STDIN, "", 0);
}

static bool receive(struct work *work, int fd, uint8_t *bytes, size_t len)
{
	while (len) {
		const ssize_t got = recv(fd, bytes, len, 0);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return fail(work, ERR_UNAVAILABLE,
				    "the responders did not answer: %s",
				    got ? strerror(errno) : "end of file");
		bytes += got;
		len -= (size_t)got;
	}
	return true;
}

/* Adds the content of the standard output until the request has ended. */
static bool read_output(struct buf *out, struct work *work, int fd)
{
	uint8_t *content = pool_alloc(work->pool, MAX_RECORD);
	uint8_t header[HEADER_SIZE];

	do {
		size_t len, padded;

		if (!receive(work, fd, header, sizeof(header)))
			return false;
		len = (size_t)header[4] << 8 | header[5];
		padded = len + header[6];
		if (!receive(work, fd, content, padded))
			return false;
		if (header[1] == STDOUT && !buf_add(out, content, len))
			return fail(work, ERR_UNAVAILABLE,
				    "the response has more than %zu bytes",
				    out->limit);
	} while (header[1] != END_REQUEST);
	return true;
}

bool fastcgi_get(struct buf *body, struct work *work, const char *socket_path,
		 const char *path)
{
	struct buf *request = buf_new(work->pool, MAX_REQUEST);
	struct buf *output = buf_new(work->pool, body->limit + MAX_REQUEST);
	const char *end;
	int fd = -1;

	if (!write_request(request, work->pool, path))
		return fail(work, ERR_UNAVAILABLE, "%s: too long", path);
	if (!open_socket(&fd, work, socket_path))
		return false;
	if (send(fd, request->data, request->len, MSG_NOSIGNAL) !=
	    (ssize_t)request->len)
		return fail(work, ERR_UNAVAILABLE, "%s: %s", socket_path,
			    strerror(errno));
	if (!read_output(output, work, fd))
		return false;
	end = strstr(output->data, "\r\n\r\n");
	if (!end || !text_starts(output->data, "Status: 200"))
		return fail(work, ERR_UNAVAILABLE,
			    "the responders answered %s with \"%.*s\"", path,
			    (int)strcspn(output->data, "\r\n"), output->data);
	return buf_add_text(body, end + 4) ||
	       fail(work, ERR_UNAVAILABLE, "%s is too long", path);
}
