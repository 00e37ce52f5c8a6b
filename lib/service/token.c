/* token.c: starts sessions and adds API tokens, each with a new secret. */
#include "config.h"

#include "lib/service/token.h"

#include <string.h>

#include "lib/base/conf.h"
#include "lib/base/crypt.h"
#include "lib/base/pool.h"
#include "lib/base/text.h"
#include "lib/service/login.h"
#include "lib/service/password.h"

enum { SECRET_SIZE = 32 };

static bool add_secret(struct token *token, const char **secret,
		       struct work *work, const char *prefix,
		       int64_t expires_in)
{
	uint8_t random[SECRET_SIZE], hash[TOKEN_HASH_SIZE];
	const char *made;

	crypt_random(random, sizeof(random));
	made = pool_printf(work->pool, "%s%s", prefix,
			   text_base64url(work->pool, random, sizeof(random)));
	crypt_sha256(hash, made, strlen(made));
	if (!token_add(token, work, hash, expires_in))
		return false;
	*secret = made;
	return true;
}

/* A change of the password deletes the user's sessions, but may have missed
   this one. */
static bool check_same(struct work *work, const struct user *user,
		       const struct token *token)
{
	struct user now;

	if (!user_find(&now, work, user->id))
		return false;
	if (!strcmp(now.password, user->password))
		return true;
	return (token_drop(work, user->id, token->id) ||
		work->err == ERR_NOT_FOUND) &&
	       password_wrong(work);
}

bool token_start_session(const char **secret, struct work *work,
			 struct identity *who)
{
	struct token token = {
		.user_id = who->user.id,
		.kind = TOKEN_SESSION,
		.name = "",
		.scopes = login_all_scopes,
	};

	if (!add_secret(&token, secret, work, "", work->conf->session_ttl) ||
	    !check_same(work, &who->user, &token))
		return false;
	who->token = token;
	return true;
}

const char *token_csrf(struct pool *pool, const char *secret)
{
	static const char purpose[] = "csrf";
	uint8_t mac[CRYPT_SHA256_SIZE];

	crypt_hmac_sha256(mac, secret, strlen(secret), purpose,
			  sizeof(purpose) - 1);
	return text_base64url(pool, mac, sizeof(mac));
}

bool token_add_api(struct token *token, const char **secret, struct work *work,
		   struct uuid user_id, const char *name, const char *scopes,
		   int64_t expires_in)
{
	struct token made = {
		.user_id = user_id,
		.kind = TOKEN_API,
		.name = name,
		.scopes = scopes,
	};

	if (!add_secret(&made, secret, work, "px_", expires_in))
		return false;
	*token = made;
	return true;
}
