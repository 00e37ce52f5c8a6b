#ifndef LIB_SERVICE_STEWARD_H
#define LIB_SERVICE_STEWARD_H

#include "lib/base/uuid.h"
#include "lib/base/work.h"
#include "lib/service/record.h"

/* What administrators change. Each leaves its lines in the audit, in the same
   transaction. */

struct job;
struct tier;
struct user;

/* `detail`, for the audit, says which fields were given. ERR_CONFLICT when
   another tier has the name. */
bool steward_add_tier(struct tier *tier, struct work *work,
		      const struct actor *actor, const char *detail) MUST_CHECK;

/* Finds the tier and has `edit` change it, while nobody else can. */
bool steward_set_tier(struct tier *tier, struct work *work,
		      const struct actor *actor, struct uuid id,
		      const char *detail,
		      bool (*edit)(struct tier *tier, struct work *work,
				   void *arg),
		      void *arg) MUST_CHECK;

/* ERR_CONFLICT when a user has the tier. */
bool steward_drop_tier(struct work *work, const struct actor *actor,
		       const struct tier *tier) MUST_CHECK;

/* Fills the id. ERR_CONFLICT when the name is taken. */
bool steward_add_user(struct user *user, struct work *work,
		      const struct actor *actor, const struct tier *tier,
		      const char *password) MUST_CHECK;

/* What is to change of a user; NULL and false: nothing. */
struct steward_wishes {
	const struct tier *tier;
	const char *password; /* ends the user's sessions */
	const bool *disabled;
	const bool *is_admin;
	bool unlocks; /* forgets wrong passwords for the user's name */
	bool sets_email;
	const char *email; /* NULL: none */
};

/* ERR_CONFLICT when the last administrator would be none any more. */
bool steward_set_user(struct work *work, const struct actor *actor,
		      const struct user *user,
		      const struct steward_wishes *wishes) MUST_CHECK;

/* As requeue_job(). */
bool steward_retry_job(struct work *work, const struct actor *actor,
		       const struct job *job) MUST_CHECK;

#endif
