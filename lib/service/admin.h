#ifndef LIB_SERVICE_ADMIN_H
#define LIB_SERVICE_ADMIN_H

#include "lib/base/uuid.h"
#include "lib/base/work.h"
#include "lib/service/audit.h"

/* Changes by administrators. Each change inserts its audit lines in the same
   transaction. */

struct image;
struct job;
struct tier;
struct user;

/* `detail` lists the given fields for the audit. ERR_CONFLICT if another tier
   has the name. */
bool admin_add_tier(struct tier *tier, struct work *work,
		    const struct actor *actor, const char *detail) MUST_CHECK;

/* Finds and locks the tier, calls `edit` to change it, and stores it. */
bool admin_update_tier(struct tier *tier, struct work *work,
		       const struct actor *actor, struct uuid id,
		       const char *detail,
		       bool (*edit)(struct tier *tier, struct work *work,
				    void *arg),
		       void *arg) MUST_CHECK;

/* ERR_CONFLICT if a user has the tier. */
bool admin_delete_tier(struct work *work, const struct actor *actor,
		       const struct tier *tier) MUST_CHECK;

/* Fills the id. ERR_CONFLICT if the name is in use. */
bool admin_add_user(struct user *user, struct work *work,
		    const struct actor *actor, const struct tier *tier,
		    const char *password) MUST_CHECK;

/* The changes of a user; NULL and false: no change. */
struct user_update {
	const struct tier *tier;
	const char *password; /* also ends the user's sessions */
	const bool *disabled;
	const bool *is_admin;
	bool unlocks; /* resets the user's count of wrong passwords */
	const char *username;
	bool sets_email;
	const char *email; /* NULL: none */
};

/* ERR_CONFLICT if no administrator would be left, or if the new name is in use.
   The user `anonymous` keeps its name. */
bool admin_update_user(struct work *work, const struct actor *actor,
		       const struct user *user,
		       const struct user_update *update) MUST_CHECK;

/* As publish_set(), by the tier of the image's owner. */
bool admin_publish_image(struct work *work, const struct actor *actor,
			 struct uuid id, bool public) MUST_CHECK;

/* As purge_image(): the owner's webhooks get image.deleted. */
bool admin_delete_image(struct work *work, const struct actor *actor,
			const struct image *image) MUST_CHECK;

/* As requeue_job(). */
bool admin_retry_job(struct work *work, const struct actor *actor,
		     const struct job *job) MUST_CHECK;

/* As render_job_cancel(). ERR_CONFLICT too for the kinds delete_user and
   webhook. */
bool admin_cancel_job(struct work *work, const struct actor *actor,
		      const struct job *job) MUST_CHECK;

/* Changes the priority of a queued job. ERR_CONFLICT in any other state. */
bool admin_set_job_priority(struct work *work, const struct actor *actor,
			    const struct job *job, int64_t priority) MUST_CHECK;

#endif
