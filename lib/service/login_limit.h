#ifndef LIB_SERVICE_LOGIN_LIMIT_H
#define LIB_SERVICE_LOGIN_LIMIT_H

#include "lib/base/work.h"
#include "lib/model/user.h"
#include "lib/process/bucket.h"

/*
 * Limits logins by a password.
 *
 * Wrong passwords are counted for a user name together with the client's
 * network (login_failures_user), for the network (login_failures_address) and
 * for the name (login_failures_name). When one of the first two is used up, the
 * correct password is refused too. When the third is used up, one password a
 * second is still checked, so that an attacker cannot lock a user out. A
 * network is known if the user logged in from it recently with the current
 * password: only the first limit applies to it.
 */
struct login_limit {
	struct bucket buckets[3];
	size_t bucket_count;
	struct bucket known; /* used up while the network is known */
	bool is_known;
};

/* `user` is NULL if no user has the name. The strings of both must live as long
   as the limit. */
void login_limit_init(struct login_limit *limit, struct work *work,
		      const char *username, const struct user *user);

/* Reports whether another wrong password is allowed. ERR_RATE_LIMITED. */
bool login_limit_check(struct work *work,
		       const struct login_limit *limit) MUST_CHECK;

/* Counts a wrong password before the check, so that concurrent logins cannot
   exceed the limit together. ERR_RATE_LIMITED. login_limit_forgive() reverts
   this after a correct password. */
bool login_limit_count(struct work *work,
		       const struct login_limit *limit) MUST_CHECK;
void login_limit_forgive(struct work *work, const struct login_limit *limit);

/* Marks the network of the work's client as known for the user. */
void login_limit_remember(struct work *work, const struct user *user);

/* The semaphores that a process holds while it hashes a password. */
struct login_slot {
	long seat, slot;
};

/*
 * Waits until fewer than password_jobs processes hash passwords;
 * ERR_RATE_LIMITED after two seconds. At most login_responders of the
 * responders of a socket wait or hash for clients that are not known;
 * ERR_RATE_LIMITED at once.
 */
bool login_slot_take(struct login_slot *slot, struct work *work,
		     bool is_known) MUST_CHECK;
void login_slot_give(struct work *work, const struct login_slot *slot);

#endif
