#ifndef LIB_PICTURE_DECODER_H
#define LIB_PICTURE_DECODER_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/picture/decoder_error.h"
#include "lib/picture/render.h"
#include "lib/process/sandbox.h"

/*
 * The decoder process: the decoder server forks it, and it enters the sandbox.
 * It renders pictures of one owner until its client closes the socket, a
 * picture fails, or it uses much memory. Then it ends.
 *
 * On the stream socket, the decoder process first sends DECODER_HELLO with its
 * own pidfd (SCM_RIGHTS). The client sends one task for each picture, with the
 * source's descriptor. The answer is DECODER_BEGUN, then DECODER_RENDERED for
 * each recipe; or another message, which is the last one.
 */
struct decoder {
	const struct renderer *renderer;
	struct sandbox_prepared sandbox;
	size_t shared_bytes; /* memory that a new one shares with the server */
};

struct decoder_request {
	uint64_t source_len;
	struct render_request render; /* a watermark has a descriptor too */
};

enum decoder_reply_kind {
	DECODER_HELLO,    /* `pid` is set; `len` is its shared_bytes */
	DECODER_BEGUN,    /* the process has the task: if it ends before this
			     message, the picture is not the cause */
	DECODER_RENDERED, /* `len` bytes of a variant follow */
	DECODER_FAILED,   /* `error` is set */
	DECODER_OUT_OF_MEMORY,
	DECODER_OUT_OF_TIME,
};

struct decoder_reply {
	uint32_t kind;
	uint32_t index; /* of the recipe */
	uint32_t format, width, height;
	uint32_t padding; /* 0, so that all bytes are initialized */
	int64_t pid;
	uint64_t len;
	struct decoder_error error;
	struct placeholder placeholder;
};

/* Called in the server, after render_begin(): prepares what decoder processes
   inherit. Ignores `descriptors` of the limits. */
void decoder_prepare(struct decoder *decoder, struct pool *pool,
		     const struct sandbox_limits *limits);

/* The main function of the decoder process, in a new child of the server. */
NORETURN void decoder_run(const struct decoder *decoder, int socket);

/* Enters the decoder process's sandbox: the process keeps only `socket`, as
   SANDBOX_SOCKET. It may receive one descriptor there, read it, write to the
   socket, and exit. Returns the parts in force, see sandbox.h. */
unsigned decoder_enter_sandbox(int socket, enum conf_sandbox mode,
			       const struct sandbox_limits *limits);

/* Returns the parts of that sandbox on this machine, for `pixtierctl doctor`:
   words such as "seccomp rlimits landlock". */
const char *decoder_describe_sandbox(struct pool *pool,
				     const struct conf *conf);

#endif
