#ifndef LIB_PICTURE_DECODER_POOL_H
#define LIB_PICTURE_DECODER_POOL_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/base/uuid.h"
#include "lib/base/work.h"
#include "lib/picture/decoder_idle.h"
#include "lib/picture/placeholder.h"
#include "lib/picture/recipe.h"

/*
 * Makes variants of pictures in decoder processes (decoder.h), sandboxed by
 * seccomp, rlimits and Landlock. One new process is always asked for ahead. One
 * that rendered a user's picture without an error or warning waits for the next
 * picture of the same user (decoder_idle.h), and ends after `decoder_pictures`:
 * no process ever has pictures of two users. That a decoder process ends is an
 * answer, never a fault of the caller.
 */
struct decoder_pool;
struct decoder_server;
struct watermark;

struct decoder_limits {
	size_t memory_bytes; /* address space of a decoder process */
	long seconds;        /* wall and CPU time of one picture */
	long work_ms;        /* CPU time of all pictures of one work, of which
				another process gets those that need more; 0:
				no such limit */
};

/* One for each process that renders; call after fork. */
struct decoder_pool *decoder_pool_new(const struct conf *conf,
				      const struct decoder_limits *limits,
				      const struct decoder_server *server);
void decoder_pool_free(struct decoder_pool *pool);

/* What was made of one recipe. The bytes belong to the pool. */
struct rendition {
	enum format format;
	uint32_t width, height;
	const uint8_t *bytes;
	size_t len;
	struct placeholder placeholder; /* of one of them: the whole picture's,
					   if one shows all of it */
};

struct decoder_picture {
	struct uuid owner; /* nil: nobody's, so its process is never kept */
	int source;        /* a regular file, read from its start */
	const struct probe *probe;
	const struct watermark *watermark; /* or NULL */
	const struct recipe *recipes;
	size_t count; /* 1 when the recipe is `animated` */
};

/*
 * Decodes the picture once and fills renditions[i] for recipes[i].
 * ERR_CORRUPT_IMAGE when the picture is damaged, ends its decoder process or
 * uses `seconds` of CPU time; ERR_UNSUPPORTED_FORMAT when it is of a kind the
 * decoder does not know; ERR_TOO_LARGE when memory does not suffice, or what is
 * made has more than an eighth of it, or with `work_ms` the time does not
 * suffice; ERR_UNAVAILABLE when there is no decoder process, which is known
 * after about a second when there is no decoder server either, or it is killed
 * from outside, or gives no answer within `seconds` but has not used them.
 *
 * The memory that it is estimated to need (decoder_memory.h) is reserved before
 * it begins, for work->memory_wait_ms; it may not use more, unless as much can
 * be reserved. When other processes have it: ERR_TOO_LARGE with `work_ms`, else
 * ERR_UNAVAILABLE. ERR_TOO_LARGE at once when all together do not have it.
 */
bool decoder_pool_render(struct rendition *renditions, struct work *work,
			 struct decoder_pool *pool,
			 const struct decoder_picture *picture) MUST_CHECK;

/* For tests: the processes at hand, 0 where there is none. Waits until the
   spare one runs. */
struct decoder_pool_state {
	pid_t spare;
	struct decoder_idle_state idle;
};
struct decoder_pool_state decoder_pool_state(struct decoder_pool *pool);

#endif
