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
	int64_t disabled_at; /* 0: not disabled */
	int64_t deleted_at;  /* 0: not deleted; else only images are left */
	int64_t used_bytes;  /* of the user's originals */
	int64_t used_images;
	int64_t uploads_today; /* since 00:00 UTC */
	int64_t unlocks;       /* grows to reset the count of wrong passwords */
};

/* The user `anonymous`, for unauthenticated clients; see
   schema/0001-base.sql. */
extern const struct uuid user_anonymous;
bool user_is_anonymous(struct uuid id);

/* ERR_NOT_FOUND. Both find disabled users; user_find() also finds deleted
   ones. */
bool user_find(struct user *user, struct work *work, struct uuid id) MUST_CHECK;
bool user_by_name(struct user *user, struct work *work,
		  const char *username) MUST_CHECK;

/* Finds the first password hash after `after` in byte order. NULL: there is
   none. */
bool user_next_hash(const char **hash, struct work *work,
		    const char *after) MUST_CHECK;

/* Makes the id. ERR_CONFLICT if the name is in use. ERR_INVALID_FIELD unless
   the name has 1 to 64 bytes: letters, digits, "._@+-" and any UTF-8 beyond
   ASCII. */
bool user_add(struct user *user, struct work *work) MUST_CHECK;

/* The fields to change; those that are NULL, nil or false stay. ERR_CONFLICT,
   with no change at all, if the password is no longer `old_password` or the new
   name is in use. */
struct user_change {
	const char *password;     /* a crypt(3) hash */
	const char *old_password; /* the expected hash, or NULL for any */
	struct uuid tier_id;
	const bool *disabled;
	const bool *is_admin;
	bool unlocks;
	const char *username; /* as for user_add() */
	bool sets_email;
	const char *email; /* or NULL */
};
bool user_update(struct work *work, struct uuid id,
		 const struct user_change *change) MUST_CHECK;

/* Locks the user's row until the transaction ends. A transaction that adds rows
   of the user and then charges the user must call this first: each inserted row
   takes a shared lock on the user's row, and two transactions with shared locks
   deadlock when both update the row. */
bool user_lock(struct work *work, struct uuid id) MUST_CHECK;

/* Whether an administrator exists that is not disabled. */
bool user_has_administrator(bool *has, struct work *work) MUST_CHECK;

/* ERR_CONFLICT if the user is the last administrator that is not disabled.
   Locks the administrators' rows until the transaction ends. */
bool user_is_dispensable(struct work *work, const struct user *user) MUST_CHECK;

/* Marks the user as deleted: frees the name and prevents sign-in. ERR_NOT_FOUND
   if the user is marked already. */
bool user_mark_deleted(struct work *work, struct uuid id) MUST_CHECK;

/* Deletes the row and all rows that depend on it. ERR_CONFLICT if the user has
   images. Part of a transaction. */
bool user_drop(struct work *work, struct uuid id) MUST_CHECK;

/*
 * Counts one upload of `bytes` if the limits (TIER_NO_LIMIT: none) allow it,
 * and the bytes of its variants, which have no limit. It is one statement, so
 * that concurrent uploads cannot exceed the limits together.
 * ERR_QUOTA_EXCEEDED. Locks the user's row as user_lock() does.
 */
bool user_charge(struct work *work, struct uuid id, int64_t bytes,
		 int64_t variant_bytes, int64_t quota_bytes,
		 int64_t uploads_per_day) MUST_CHECK;

/* Counts the bytes of an upload that was counted with 0 bytes, when its file
   has arrived. ERR_QUOTA_EXCEEDED. */
bool user_charge_bytes(struct work *work, struct uuid id, int64_t bytes,
		       int64_t quota_bytes) MUST_CHECK;

/* Subtracts an image's bytes and those of its variants; does not change
   uploads_today. */
bool user_credit(struct work *work, struct uuid id, int64_t bytes,
		 int64_t variant_bytes) MUST_CHECK;

/* Adds to the sum of the user's variants, or subtracts. Part of the transaction
   that changes the variants, after these: transactions lock an image before its
   user. */
bool user_add_variant_bytes(struct work *work, struct uuid id,
			    int64_t bytes) MUST_CHECK;

/* Sums the bytes of all variants of all users. Reads the users, not the
   variants. */
bool user_sum_variant_bytes(int64_t *bytes, struct work *work) MUST_CHECK;

#endif
