#ifndef LIB_SERVICE_LEAVE_H
#define LIB_SERVICE_LEAVE_H

#include "lib/base/work.h"
#include "lib/model/job.h"
#include "lib/service/record.h"

struct user;

/*
 * Deletes a user: from here on nobody can sign in as it, and its name is free.
 * Its images follow at once if they are few; else `left` is true and a job of
 * the kind "purge_user" removes them, and the row in the end. ERR_CONFLICT for
 * the last administrator and for the built-in user.
 */
bool leave_user(struct job *job, bool *left, struct work *work,
		const struct actor *actor, const struct user *user) MUST_CHECK;

/* Removes a bounded number of images; what is left is another job. */
bool leave_job(struct work *work, const struct job *job) MUST_CHECK;

#endif
