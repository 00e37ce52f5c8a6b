#ifndef LIB_SERVICE_TOKEN_H
#define LIB_SERVICE_TOKEN_H

#include "lib/model/token.h"

struct identity;
struct pool;

/* Starts a session; the secret goes into the cookie. ERR_WRONG_CREDENTIALS if
   the password has changed since it was checked. */
bool token_start_session(const char **secret, struct work *work,
			 struct identity *who) MUST_CHECK;

/* Returns the value that X-Pixtier-CSRF must have for a request with that
   session's cookie. */
const char *token_csrf(struct pool *pool, const char *secret);

/* Adds an API token; `secret` is shown once. */
bool token_add_api(struct token *token, const char **secret, struct work *work,
		   struct uuid user_id, const char *name, const char *scopes,
		   int64_t expires_in) MUST_CHECK;

#endif
