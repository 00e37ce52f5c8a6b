/* decoder_reply.c: fuzzes what a decoder process answers: whatever it sends,
   its client gets the variants that it asked for, or an error. */
#include "config.h"

#include "lib/picture/decoder.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/base/conf.h"
#include "lib/base/pool.h"
#include "lib/picture/decoder_server.h"
#include "lib/process/subprocess.h"
#include "tests/lib/fuzz.h"

enum { MEMORY = 1 << 23, MOST_BYTES = MEMORY / 8, RECIPES = 2, SIDE = 200 };

static const struct probe probe = { .format = FORMAT_JPEG,
				    .width = SIDE,
				    .height = SIDE / 2,
				    .frames = 1,
				    .scans = 1,
				    .orientation = 1 };
static const char *const names[RECIPES] = { "h20", "w10.png" };

/* As a decoder process that is compromised: its pidfd is none, too. */
static void say_hello(int socket)
{
	const struct decoder_reply hello = { .kind = DECODER_HELLO, .pid = 1 };
	const int none = open("/dev/null", O_RDONLY | O_CLOEXEC);

	expect(none >= 0 && subprocess_send_fd(socket, &hello, sizeof(hello),
					       none, MSG_DONTWAIT));
	close(none);
}

static void say(int socket, const void *bytes, size_t len)
{
	(void)!send(socket, bytes, len, MSG_NOSIGNAL | MSG_DONTWAIT);
}

/* A reply, and as many bytes as it announces if there are so many. */
static void say_reply(int socket, struct fuzz_input *input)
{
	struct decoder_reply reply = { .kind = fuzz_byte(input) % 8 };
	size_t len;

	reply.index = fuzz_byte(input);
	reply.format = fuzz_byte(input);
	reply.width = fuzz_number(input, 2);
	reply.height = fuzz_number(input, 2);
	reply.error.row = fuzz_byte(input);
	reply.len = fuzz_number(input, 3);
	reply.placeholder.len = fuzz_byte(input);
	memset(reply.error.numbers, fuzz_byte(input),
	       sizeof(reply.error.numbers));
	say(socket, &reply, sizeof(reply));
	len = reply.len < input->left ? reply.len : input->left;
	if (reply.kind == DECODER_RENDERED) {
		say(socket, input->at, len);
		input->at += len;
		input->left -= len;
	}
}

/* In place of the decoder server and the process that it would fork; no other
   process comes. The first byte chooses replies or any bytes. Returns the
   process's socket. */
static int answer(int server, struct fuzz_input *input)
{
	const bool any = fuzz_byte(input) % 4 == 3;
	char message[16];
	int socket;

	expect(subprocess_receive_fd(server, message, sizeof(message), &socket,
				     MSG_DONTWAIT) > 0 &&
	       socket >= 0);
	close(server);
	say_hello(socket);
	while (!any && input->left)
		say_reply(socket, input);
	say(socket, input->at, input->left);
	shutdown(socket, SHUT_WR);
	return socket;
}

static void check(const struct rendition renditions[RECIPES],
		  const struct recipe recipes[RECIPES])
{
	size_t total = 0;

	for (int i = 0; i < RECIPES; i++) {
		const struct recipe_plan plan =
			recipe_plan(&recipes[i], SIDE, SIDE / 2);

		expect(renditions[i].width == plan.width);
		expect(renditions[i].height == plan.height);
		expect(renditions[i].format ==
		       recipe_format(&recipes[i], &probe));
		expect(renditions[i].bytes && renditions[i].len);
		expect(renditions[i].placeholder.len <= THUMBHASH_MAX);
		total += renditions[i].len;
	}
	expect(total <= MOST_BYTES);
}

static void check_failed(const struct work *work)
{
	expect(strnlen(work->why, sizeof(work->why)) < sizeof(work->why));
	expect(strnlen(work->field, sizeof(work->field)) < sizeof(work->field));
	expect(work->err == ERR_CORRUPT_IMAGE || work->err == ERR_TOO_LARGE ||
	       work->err == ERR_UNAVAILABLE || work->err == ERR_INVALID_FIELD ||
	       work->err == ERR_UNSUPPORTED_FORMAT);
}

static void render(struct work *work, struct decoder_pool *decoders)
{
	struct recipe recipes[RECIPES];
	struct rendition renditions[RECIPES] = { 0 };
	struct decoder_picture picture = { .probe = &probe,
					   .recipes = recipes,
					   .count = RECIPES };

	for (int i = 0; i < RECIPES; i++)
		expect(recipe_parse(&recipes[i], work, names[i]));
	picture.source = memfd_create("fuzz", MFD_CLOEXEC);
	expect(picture.source >= 0 && write(picture.source, "x", 1) == 1);
	if (decoder_pool_render(renditions, work, decoders, &picture))
		check(renditions, recipes);
	else
		check_failed(work);
	close(picture.source);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct decoder_limits limits = { MEMORY, 1, 0 };
	struct fuzz_input input = { data, size };
	struct work work = { .conf = fuzz_conf(), .pool = pool_new() };
	static struct decoder_idle *idle;
	struct decoder_server server;
	struct decoder_pool *decoders;
	int ends[2], process;

	expect(!socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends));
	expect(idle || decoder_idle_new(&idle, work.conf));
	server = (struct decoder_server){ .client = { ends[0], -1 },
					  .idle = idle };
	decoders = decoder_pool_new(work.conf, &limits, &server);
	process = answer(ends[1], &input);
	render(&work, decoders);
	decoder_pool_free(decoders);
	close(process);
	close(ends[0]);
	pool_free(work.pool);
	return 0;
}
