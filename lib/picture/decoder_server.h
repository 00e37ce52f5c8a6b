#ifndef LIB_PICTURE_DECODER_SERVER_H
#define LIB_PICTURE_DECODER_SERVER_H

#include "lib/base/conf.h"
#include "lib/picture/decoder_pool.h"

/* What a client has of the decoder server. */
struct decoder_client {
	int socket; /* where it sends its messages */
	int lock;   /* a file that the server has locked while it lives; -1: it
		       is not known whether it does */
};

/*
 * The decoder server is the program pixtier-decoder (the setting `decoder`). It
 * starts GraphicsMagick once and forks a decoder process for each message on
 * its control socket. The program never had a password, a key or a request in
 * its memory. This is its supervisor's side: the control socket, which outlives
 * the server, so that no message is lost when it is replaced.
 */
struct decoder_server {
	const struct conf *conf;
	struct decoder_limits limits;
	struct decoder_client client;
	int socket; /* where the server receives what clients send */
	struct decoder_idle *idle;
};

/* Before the supervisor forks. */
bool decoder_server_open(struct decoder_server *server, struct work *work,
			 const struct conf *conf,
			 const struct decoder_limits *limits) MUST_CHECK;
void decoder_server_close(struct decoder_server *server);

/* In a child of the supervisor (lib/process/prefork.h): becomes the program.
   Returns, after a line in the log, only when it cannot. */
int decoder_server_run(void *server, long slot);

/* Whether the program runs, as far as its client can know. */
bool decoder_server_is_there(const struct decoder_client *client);

/* In the program: its arguments, back as settings and limits. */
bool decoder_server_read(struct conf *conf, struct decoder_limits *limits,
			 char **argv) MUST_CHECK;

/* The program's descriptors: the control socket, and a file that it never
   closes, for its lock would end with that. */
enum { DECODER_SERVER_SOCKET = 3, DECODER_SERVER_LOCK };

/* What a message there carries: the decoder process's socket; the end of a
   pipe, to which the server writes what waitpid() says of this process; and, if
   memory is shared, the file of the holder that has the memory of its pictures
   (memory_budget.h), which the server closes when this process is gone. */
enum { DECODER_SERVER_FDS = 3 };

#endif
