#ifndef LIB_PICTURE_DECODER_H
#define LIB_PICTURE_DECODER_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/base/fence.h"
#include "lib/picture/decoder_error.h"
#include "lib/picture/paint.h"

/*
 * The decoder process: forked by the decoder server, sandboxed, it renders
 * pictures of one owner until its client closes the socket, something goes
 * wrong with a picture, or it holds much memory. It then ends.
 *
 * On the stream socket the decoder process first sends DECODER_HELLO with a
 * pidfd of itself (SCM_RIGHTS). The client sends one task a picture, with the
 * source's descriptor; the answer is DECODER_BEGUN, and then DECODER_RENDERED
 * for each recipe, or one of the others, which is the last message.
 */
struct decoder {
	const struct paint *paint;
	struct fence_prepared fence;
	size_t shared_bytes; /* that a new one has of the server's memory */
};

struct decoder_task {
	uint64_t source_len;
	struct paint_task paint;
};

enum decoder_reply_kind {
	DECODER_HELLO,    /* `pid` is set; `len` is its shared_bytes */
	DECODER_BEGUN,    /* it has the task: an end before this is no fault of
			     the picture */
	DECODER_RENDERED, /* `len` bytes of a variant follow */
	DECODER_FAILED,   /* `error` is set */
	DECODER_OUT_OF_MEMORY,
	DECODER_OUT_OF_TIME,
};

struct decoder_reply {
	uint32_t kind;
	uint32_t index; /* of the recipe */
	uint32_t format, width, height;
	uint32_t padding; /* is 0: all bytes are sent */
	int64_t pid;
	uint64_t len;
	struct decoder_error error;
};

/* In the server, after paint_begin(): what decoder processes inherit. The
   limits' `descriptors` are not looked at. */
void decoder_prepare(struct decoder *decoder, struct pool *pool,
		     const struct fence_limits *limits);

/* The life of the decoder process, in a new child of the server. */
NORETURN void decoder_run(const struct decoder *decoder, int socket);

/*
 * Enters the decoder process's sandbox: this process keeps `socket`, as
 * FENCE_SOCKET, and nothing else. It may receive one descriptor there, read it,
 * write to its socket and end. Returns the parts in force, see fence.h.
 */
unsigned decoder_fence(int socket, enum conf_sandbox sandbox,
		       const struct fence_limits *limits);

/* What that sandbox is made of on this machine, for `pixtierctl doctor`: words
   such as "seccomp rlimits landlock". */
const char *decoder_fence_words(struct pool *pool, const struct conf *conf);

#endif
