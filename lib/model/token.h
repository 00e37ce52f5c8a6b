#ifndef LIB_MODEL_TOKEN_H
#define LIB_MODEL_TOKEN_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/uuid.h"
#include "lib/base/work.h"

struct tier;
struct user;

enum token_kind { TOKEN_API = 1, TOKEN_SESSION };

/* A secret that authenticates a user: an API token or a browser session. */
struct token {
	struct uuid id;
	struct uuid user_id;
	enum token_kind kind;
	const char *name;
	const char *scopes; /* words out of "read write link admin" */
	int64_t created_at;
	int64_t expires_at; /* 0: never */
	int64_t last_used_at;
};

enum { TOKEN_HASH_SIZE = 32, TOKEN_NAME_MAX = 64 };

enum { TOKEN_SECONDS_MAX = 315360000 }; /* ten years */

/* Finds a token by the SHA-256 of its secret, its user and the user's tier,
   with one statement, because most requests begin with it. ERR_NOT_FOUND also
   if the token has expired. */
bool token_by_hash(struct token *token, struct user *user, struct tier *tier,
		   struct work *work,
		   const uint8_t hash[TOKEN_HASH_SIZE]) MUST_CHECK;

/* Makes the id. `expires_in` is in seconds; 0: never. */
bool token_add(struct token *token, struct work *work,
	       const uint8_t hash[TOKEN_HASH_SIZE],
	       int64_t expires_in) MUST_CHECK;

/* Lists the user's API tokens, newest first, only those with an id below
   `before` (nil: all). */
bool token_list(struct token **tokens, size_t *count, struct work *work,
		struct uuid user_id, struct uuid before,
		int64_t limit) MUST_CHECK;

bool token_drop(struct work *work, struct uuid user_id,
		struct uuid id) MUST_CHECK;

/* Deletes the user's sessions except the one with the id `except` (nil:
   all). */
bool token_drop_sessions(struct work *work, struct uuid user_id,
			 struct uuid except) MUST_CHECK;

/* Deletes the user's sessions and API tokens. */
bool token_drop_all(struct work *work, struct uuid user_id) MUST_CHECK;

/* Sets last_used_at, at most once a minute. */
bool token_touch(struct work *work, const struct token *token) MUST_CHECK;

#endif
