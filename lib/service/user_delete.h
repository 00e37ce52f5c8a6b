#ifndef LIB_SERVICE_USER_DELETE_H
#define LIB_SERVICE_USER_DELETE_H

#include "lib/base/work.h"
#include "lib/model/job.h"
#include "lib/service/audit.h"

struct user;

/*
 * Deletes a user: nobody can sign in as this user any more, and the name
 * becomes free. Deletes the images at once if they are few; else `left` is true
 * and a job of the kind "delete_user" deletes them and then the user's row.
 * ERR_CONFLICT for the last administrator and for the user `anonymous`.
 */
bool user_delete(struct job *job, bool *left, struct work *work,
		 const struct actor *actor, const struct user *user) MUST_CHECK;

/* Carries out a delete_user job: deletes a limited number of images and queues
   another job for the rest. */
bool user_delete_job(struct work *work, const struct job *job) MUST_CHECK;

#endif
