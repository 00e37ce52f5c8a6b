/* loadgen.c: sends requests of many clients at once, and prints how many were
   answered and how long the responses took. */
#include "config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum { BUFFER_SIZE = 65536, MAX_CLIENTS = 256, UNIQUE_LEN = 16 };

static const char usage[] =
	"usage: loadgen [-c CLIENTS] [-d SECONDS] [-n REQUESTS] [-b BODY]\n"
	"               [-t MEDIA_TYPE] [-u OFFSET] [-l LINES] [-s STATUS]\n"
	"               PORT PATH\n"
	"Clients send requests for PATH to 127.0.0.1:PORT, again and again, for\n"
	"SECONDS or until there are REQUESTS: GET, or POST with the file BODY.\n"
	"OFFSET: the place of 16 bytes in the body that differ in each request.\n"
	"LINES: a file of header lines; each request has a random one. A\n"
	"response with another status than STATUS (200) is a failure. Prints\n"
	"one line: requests, failures, seconds, and the longest response times\n"
	"of the fastest half, 99 % and 100 % of requests, in microseconds.\n";

struct options {
	unsigned long clients, requests, port, status;
	double seconds;
	const char *path, *media_type;
	char *body;
	size_t body_len;
	long unique_at; /* -1: nowhere */
	char **lines;
	size_t line_count;
};

struct client {
	pthread_t thread;
	const struct options *options;
	unsigned seed;
	int socket; /* -1: not connected */
	char buffer[BUFFER_SIZE];
	size_t len; /* bytes in the buffer */
	unsigned long failures;
	uint32_t *times_us;
	size_t count, room;
};

static atomic_ulong issued, serial;
static double deadline;

__attribute__((noreturn, format(printf, 1, 2))) static void stop(
	const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
	exit(2);
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static bool connect_client(struct client *client)
{
	const struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)client->options->port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	const struct timeval limit = { .tv_sec = 60 };
	const int on = 1;

	client->len = 0;
	client->socket = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	setsockopt(client->socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	setsockopt(client->socket, SOL_SOCKET, SO_RCVTIMEO, &limit,
		   sizeof(limit));
	return !connect(client->socket, (const struct sockaddr *)&address,
			sizeof(address));
}

static void disconnect(struct client *client)
{
	if (client->socket >= 0)
		close(client->socket);
	client->socket = -1;
}

static bool write_all(int socket, struct iovec *parts, int count)
{
	while (count) {
		ssize_t sent = writev(socket, parts, count);

		if (sent < 0)
			return false;
		for (; count && (size_t)sent >= parts->iov_len; count--)
			sent -= (ssize_t)parts++->iov_len;
		if (count) {
			parts->iov_base = (char *)parts->iov_base + sent;
			parts->iov_len -= (size_t)sent;
		}
	}
	return true;
}

static int write_head(char *head, size_t size, struct client *client)
{
	const struct options *o = client->options;
	const char *line = o->line_count
				   ? o->lines[(size_t)rand_r(&client->seed) %
					      o->line_count]
				   : "";
	int len = snprintf(head, size,
			   "%s %s HTTP/1.1\r\nHost: 127.0.0.1:%lu\r\n%s%s",
			   o->body ? "POST" : "GET", o->path, o->port, line,
			   *line ? "\r\n" : "");

	if (o->body)
		len += snprintf(head + len, size - (size_t)len,
				"Content-Type: %s\r\nContent-Length: %zu\r\n",
				o->media_type, o->body_len);
	return len + snprintf(head + len, size - (size_t)len, "\r\n");
}

static bool send_request(struct client *client)
{
	const struct options *o = client->options;
	char head[4096], unique[UNIQUE_LEN + 1];
	struct iovec parts[4] = {
		{ head, (size_t)write_head(head, sizeof(head), client) },
		{ o->body, o->body_len },
	};

	if (o->unique_at < 0)
		return write_all(client->socket, parts, 2);
	snprintf(unique, sizeof(unique), "%016lx",
		 atomic_fetch_add(&serial, 1));
	parts[1].iov_len = (size_t)o->unique_at;
	parts[2] = (struct iovec){ unique, UNIQUE_LEN };
	parts[3] = (struct iovec){ o->body + o->unique_at + UNIQUE_LEN,
				   o->body_len - (size_t)o->unique_at -
					   UNIQUE_LEN };
	return write_all(client->socket, parts, 4);
}

static bool receive(struct client *client)
{
	ssize_t got = read(client->socket, client->buffer + client->len,
			   BUFFER_SIZE - 1 - client->len);

	if (got <= 0)
		return false;
	client->len += (size_t)got;
	client->buffer[client->len] = '\0';
	return true;
}

static void consume(struct client *client, size_t len)
{
	client->len -= len;
	memmove(client->buffer, client->buffer + len, client->len + 1);
}

static bool skip(struct client *client, size_t len)
{
	while (len > client->len) {
		len -= client->len;
		client->len = 0;
		if (!receive(client))
			return false;
	}
	consume(client, len);
	return true;
}

/* Skips a chunked body without trailers: RFC 9112 section 7.1. */
static bool skip_chunks(struct client *client)
{
	size_t len = 1;

	while (len) {
		char *end;

		while (!(end = strstr(client->buffer, "\r\n")))
			if (!receive(client))
				return false;
		len = strtoul(client->buffer, NULL, 16);
		consume(client, (size_t)(end + 2 - client->buffer));
		if (!skip(client, len + 2))
			return false;
	}
	return true;
}

static const char *field(const char *head, const char *name)
{
	const char *found = strcasestr(head, name);

	return found ? found + strlen(name) : NULL;
}

/* Reads a whole response. Sets `open` to whether the connection can be used
   again. */
static bool read_answer(unsigned long *status, bool *open,
			struct client *client)
{
	const char *length, *connection;
	bool chunked;
	size_t len;
	char *end;

	while (!(end = strstr(client->buffer, "\r\n\r\n")))
		if (!receive(client))
			return false;
	*end = '\0';
	*status = strtoul(client->buffer + strlen("HTTP/1.1 "), NULL, 10);
	length = field(client->buffer, "\r\nContent-Length:");
	len = length ? strtoul(length, NULL, 10) : 0;
	chunked = field(client->buffer, "\r\nTransfer-Encoding: chunked");
	connection = field(client->buffer, "\r\nConnection: close");
	*open = !connection;
	consume(client, (size_t)(end + 4 - client->buffer));
	return chunked ? skip_chunks(client) : skip(client, len);
}

/* A server may close an idle connection. So a request that fails on a used
   connection is sent again on a new one. */
static bool exchange(unsigned long *status, struct client *client)
{
	const bool was_open = client->socket >= 0;
	bool open;

	client->buffer[client->len] = '\0';
	if ((was_open || connect_client(client)) && send_request(client) &&
	    read_answer(status, &open, client)) {
		if (!open)
			disconnect(client);
		return true;
	}
	disconnect(client);
	return was_open && exchange(status, client);
}

static void note_time(struct client *client, double seconds)
{
	if (client->count == client->room) {
		client->room = client->room ? 2 * client->room : 4096;
		client->times_us =
			realloc(client->times_us,
				client->room * sizeof(*client->times_us));
		if (!client->times_us)
			stop("no memory for the times of %zu requests",
			     client->room);
	}
	client->times_us[client->count++] = (uint32_t)(seconds * 1e6);
}

static bool may_issue(const struct options *options)
{
	if (options->requests)
		return atomic_fetch_add(&issued, 1) < options->requests;
	return now() < deadline;
}

static void *run_client(void *arg)
{
	struct client *client = arg;

	while (may_issue(client->options)) {
		const double began = now();
		unsigned long status = 0;

		if (!exchange(&status, client) ||
		    status != client->options->status)
			client->failures++;
		note_time(client, now() - began);
	}
	disconnect(client);
	return NULL;
}

static int by_number(const void *left, const void *right)
{
	const uint32_t a = *(const uint32_t *)left;
	const uint32_t b = *(const uint32_t *)right;

	return (a > b) - (a < b);
}

static void print_result(const struct client *clients, unsigned long count,
			 double seconds)
{
	size_t requests = 0;
	unsigned long failures = 0;
	uint32_t *times;

	for (unsigned long i = 0; i < count; i++)
		requests += clients[i].count;
	if (!requests)
		stop("no request was sent in %.1f s", seconds);
	times = malloc(requests * sizeof(*times));
	requests = 0;
	for (unsigned long i = 0; i < count; i++) {
		memcpy(times + requests, clients[i].times_us,
		       clients[i].count * sizeof(*times));
		requests += clients[i].count;
		failures += clients[i].failures;
	}
	qsort(times, requests, sizeof(*times), by_number);
	printf("%zu %lu %.6f %u %u %u\n", requests, failures, seconds,
	       times[requests / 2], times[requests * 99 / 100],
	       times[requests - 1]);
	free(times);
}

static void run(const struct options *options)
{
	struct client *clients =
		calloc(options->clients, sizeof(struct client));
	const double began = now();

	deadline = began + options->seconds;
	atomic_store(&serial, (unsigned long)time(NULL) << 24);
	for (unsigned long i = 0; i < options->clients; i++) {
		struct client *client = &clients[i];

		client->options = options;
		client->socket = -1;
		client->seed = (unsigned)i + 1;
		if (pthread_create(&client->thread, NULL, run_client, client))
			stop("cannot start a thread for client %lu", i);
	}
	for (unsigned long i = 0; i < options->clients; i++)
		pthread_join(clients[i].thread, NULL);
	print_result(clients, options->clients, now() - began);
	for (unsigned long i = 0; i < options->clients; i++)
		free(clients[i].times_us);
	free(clients);
}

static char *read_file(size_t *len, const char *path)
{
	FILE *file = fopen(path, "re");
	struct stat stat;
	char *bytes;

	if (!file || fstat(fileno(file), &stat))
		stop("%s: %s", path, strerror(errno));
	*len = (size_t)stat.st_size;
	bytes = malloc(*len + 1);
	if (!bytes || fread(bytes, 1, *len, file) != *len)
		stop("%s: cannot be read completely", path);
	fclose(file);
	bytes[*len] = '\0';
	return bytes;
}

static void read_lines(struct options *options, const char *path)
{
	size_t len;
	char *text = read_file(&len, path), *state = NULL;

	options->lines = calloc(len + 1, sizeof(*options->lines));
	for (char *line = strtok_r(text, "\n", &state); line;
	     line = strtok_r(NULL, "\n", &state))
		options->lines[options->line_count++] = line;
}

static unsigned long number(const char *text, unsigned long max)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	if (!*text || *end || value > max)
		stop("expected a number up to %lu, not \"%s\"", max, text);
	return value;
}

static void parse(struct options *options, int argc, char **argv)
{
	int letter;

	while ((letter = getopt(argc, argv, "b:c:d:l:n:s:t:u:")) >= 0)
		switch (letter) {
		case 'b':
			options->body = read_file(&options->body_len, optarg);
			break;
		case 'c':
			options->clients = number(optarg, MAX_CLIENTS);
			break;
		case 'd':
			options->seconds = strtod(optarg, NULL);
			break;
		case 'l':
			read_lines(options, optarg);
			break;
		case 'n':
			options->requests = number(optarg, 1000000);
			break;
		case 's':
			options->status = number(optarg, 599);
			break;
		case 't':
			options->media_type = optarg;
			break;
		case 'u':
			options->unique_at = (long)number(optarg, 1 << 30);
			break;
		default:
			stop("%s", usage);
		}
	if (argc - optind != 2)
		stop("%s", usage);
	options->port = number(argv[optind], 65535);
	options->path = argv[optind + 1];
	if (options->unique_at >= 0 &&
	    (size_t)options->unique_at + UNIQUE_LEN > options->body_len)
		stop("the body ends before the %d bytes at %ld", UNIQUE_LEN,
		     options->unique_at);
}

int main(int argc, char **argv)
{
	struct options options = {
		.clients = 1,
		.seconds = 1,
		.status = 200,
		.media_type = "application/octet-stream",
		.unique_at = -1,
	};

	signal(SIGPIPE, SIG_IGN);
	parse(&options, argc, argv);
	run(&options);
	return 0;
}
