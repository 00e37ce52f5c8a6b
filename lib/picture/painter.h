#ifndef LIB_PICTURE_PAINTER_H
#define LIB_PICTURE_PAINTER_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/work.h"
#include "lib/picture/recipe.h"

/*
 * Makes variants of one picture in a fenced child process (seccomp, rlimits,
 * no file system, no network), of which one always waits forked ahead. The
 * child dies after one picture; its death is an answer, never a fault of the
 * caller.
 */
struct painter;

struct painter_limits {
	size_t memory_bytes; /* address space of the child */
	long seconds;        /* wall and CPU time */
};

/* One for each process that paints; call after fork. Initialises
   GraphicsMagick in the calling process, which decodes nothing itself. */
struct painter *painter_new(const struct conf *conf,
			    const struct painter_limits *limits);
void painter_free(struct painter *painter);

/* What was made of one recipe. The bytes belong to the pool. */
struct painted {
	enum format format;
	uint32_t width, height;
	const uint8_t *bytes;
	size_t len;
};

/*
 * Decodes the file `source` (a regular file, read from its start) once and
 * fills painted[i] for recipes[i]. ERR_CORRUPT_IMAGE when the picture is
 * damaged, kills its painter or takes longer than the limit;
 * ERR_UNSUPPORTED_FORMAT when it is of a kind the decoder does not know;
 * ERR_TOO_LARGE when memory does not suffice, or what is made has more than an
 * eighth of it; ERR_UNAVAILABLE when no painter can be started.
 */
bool painter_paint(struct painted *painted, struct work *work,
		   struct painter *painter, int source,
		   const struct probe *probe, const struct recipe *recipes,
		   size_t count) MUST_CHECK;

/* What the fence is made of on this machine, for `pixtierctl doctor`: a line
   of words such as "seccomp rlimits landlock". */
const char *painter_fence(struct pool *pool, const struct conf *conf);

#endif
