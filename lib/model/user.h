#ifndef LIB_MODEL_USER_H
#define LIB_MODEL_USER_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/uuid.h"
#include "lib/base/work.h"

struct user {
	struct uuid id;
	const char *username;
	const char *email;    /* or NULL */
	const char *password; /* a crypt(3) hash; "!" never matches */
	struct uuid tier_id;
	bool is_admin;
	int64_t created_at;
	int64_t disabled_at; /* 0: may sign in */
	int64_t deleted_at;  /* 0: is there; else only its images are */
	int64_t used_bytes;  /* of its originals */
	int64_t used_images;
	int64_t uploads_today; /* since 00:00 UTC */
	int64_t unlocks;       /* how often wrong passwords were forgotten */
};

/* Who acts for clients that know no users: schema/0001-base.sql. */
extern const struct uuid user_anonymous;

/* ERR_NOT_FOUND; a disabled user is found, by its id a deleted one too. */
bool user_find(struct user *user, struct work *work, struct uuid id) MUST_CHECK;
bool user_by_name(struct user *user, struct work *work,
		  const char *username) MUST_CHECK;

/* The first password hash behind `after`, in the order of bytes; NULL: none. */
bool user_next_hash(const char **hash, struct work *work,
		    const char *after) MUST_CHECK;

/* Those not deleted, newest first. What is NULL or nil does not count. */
struct user_filter {
	const char *name; /* a substring */
	struct uuid tier_id;
	const bool *disabled;
	struct uuid before; /* only older ones than this */
	int64_t limit;
};
bool user_list(struct user **users, size_t *count, struct work *work,
	       const struct user_filter *filter) MUST_CHECK;

/* Makes the id. ERR_CONFLICT when the name is taken; ERR_INVALID_FIELD unless
   it has 1 to 64 of letters, digits and "._@+-" (UTF-8 letters too). */
bool user_add(struct user *user, struct work *work) MUST_CHECK;

/* What is to change; what is NULL, nil or false stays. ERR_CONFLICT, and all of
   it stays, when the password is no longer the one in `old_password`. */
struct user_change {
	const char *password;     /* a hash */
	const char *old_password; /* the same, or NULL for any */
	struct uuid tier_id;
	const bool *disabled;
	const bool *is_admin;
	bool unlocks;
	bool sets_email;
	const char *email; /* or NULL */
};
bool user_update(struct work *work, struct uuid id,
		 const struct user_change *change) MUST_CHECK;

/* In a transaction: others that change the user's row wait until its end. Who
   adds rows of the user and then charges them begins with it: the rows share a
   lock on the user's, and two who share it cannot both have it alone. */
bool user_lock(struct work *work, struct uuid id) MUST_CHECK;

/* ERR_CONFLICT when the user is the last administrator who may sign in. That
   stays as it is until the transaction ends. */
bool user_is_dispensable(struct work *work, const struct user *user) MUST_CHECK;

/* From now on nobody has the name, and nobody can sign in. ERR_NOT_FOUND when
   it has been done before. */
bool user_mark_deleted(struct work *work, struct uuid id) MUST_CHECK;

/* The row goes, with all that depends on it but images. ERR_CONFLICT when
   there is one. A part of a transaction. */
bool user_drop(struct work *work, struct uuid id) MUST_CHECK;

/*
 * Counts one upload of `bytes` if the limits (TIER_NO_LIMIT: none) allow it,
 * in one statement, so that concurrent uploads cannot pass them together.
 * ERR_QUOTA_EXCEEDED.
 */
bool user_charge(struct work *work, struct uuid id, int64_t bytes,
		 int64_t quota_bytes, int64_t uploads_per_day) MUST_CHECK;

/* Counts the bytes of an upload that was counted with 0 of them, when its file
   has come. ERR_QUOTA_EXCEEDED. */
bool user_charge_bytes(struct work *work, struct uuid id, int64_t bytes,
		       int64_t quota_bytes) MUST_CHECK;

/* Takes an image's bytes back; the day's uploads stay counted. */
bool user_credit(struct work *work, struct uuid id, int64_t bytes) MUST_CHECK;

#endif
