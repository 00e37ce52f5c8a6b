#ifndef LIB_PICTURE_EASEL_H
#define LIB_PICTURE_EASEL_H

#include <stdint.h>

#include "lib/base/fence.h"
#include "lib/picture/paint.h"

/*
 * Where a forked child waits, fenced, for the one picture of its life, and
 * what parent and child say to each other on their stream socket: one task
 * with the source's descriptor (SCM_RIGHTS) one way; replies the other way.
 */
struct easel {
	const struct paint *paint;
	struct fence_limits limits;
};

struct easel_task {
	uint64_t source_len;
	struct paint_task paint;
};

enum easel_reply_kind {
	EASEL_BEGUN, /* the task is there: deaths before this are no fault of it
		      */
	EASEL_PAINTED, /* `len` bytes of a variant follow */
	EASEL_FAILED,  /* the last */
};

struct easel_reply {
	uint32_t kind;
	uint32_t index; /* of the recipe */
	uint32_t format, width, height;
	uint32_t err;
	uint64_t len;
	char field[64];
	char why[256];
};

/*
 * The child keeps `socket`, as FENCE_SOCKET, and nothing else: it may take one
 * descriptor by recvmsg(), map it, write to its socket and end. Returns the
 * parts in force, see fence.h; `descriptors` of the limits is not looked at.
 */
unsigned easel_fence(int socket, enum conf_sandbox sandbox,
		     const struct fence_limits *limits);

NORETURN void easel_run(const struct easel *easel, int socket);

#endif
