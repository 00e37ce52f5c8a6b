#ifndef LIB_SERVICE_LOGIN_LIMIT_H
#define LIB_SERVICE_LOGIN_LIMIT_H

#include "lib/base/bucket.h"
#include "lib/base/work.h"
#include "lib/model/user.h"

/*
 * Limits of logins by a password.
 *
 * Wrong passwords are counted for a user name and the client's network
 * together (login_failures_user), for the network (login_failures_address) and
 * for the name (login_failures_name). The first two refuse the right password
 * too; the third lets one password a second pass, so that nobody can lock
 * somebody else out. A network from which the user logged in lately, with the
 * password that the user still has, is known: only the first limit is for it.
 */
struct login_limit {
	struct bucket buckets[3];
	size_t bucket_count;
	struct bucket known; /* is empty while the network is known */
	bool is_known;
};

/* `user` is NULL for a name that nobody has. The strings of both must live as
   long as the limit. */
void login_limit_init(struct login_limit *limit, struct work *work,
		      const char *username, const struct user *user);

/* Whether a wrong password would pass; ERR_RATE_LIMITED. */
bool login_limit_check(struct work *work,
		       const struct login_limit *limit) MUST_CHECK;

/* Counts a wrong password before it is known to be one, so that many at once
   do not pass the limit together; ERR_RATE_LIMITED. login_limit_forgive() takes
   that back. */
bool login_limit_count(struct work *work,
		       const struct login_limit *limit) MUST_CHECK;
void login_limit_forgive(struct work *work, const struct login_limit *limit);

/* The user has logged in from the network of the work's client. */
void login_limit_remember(struct work *work, const struct user *user);

/* What a process has while it hashes a password. */
struct login_turn {
	long seat, turn;
};

/*
 * Waits until fewer than password_jobs processes hash passwords;
 * ERR_RATE_LIMITED after two seconds. Of the responders of a socket, at most
 * login_responders wait or hash for clients that are not known:
 * ERR_RATE_LIMITED at once.
 */
bool login_turn_take(struct login_turn *turn, struct work *work,
		     bool is_known) MUST_CHECK;
void login_turn_give(struct work *work, const struct login_turn *turn);

#endif
