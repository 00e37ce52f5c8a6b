/* account.c: /v1/login, /v1/me and /v1/tokens. */
#include "config.h"

#include <string.h>

#include "fcgi/api/json.h"
#include "fcgi/gate.h"
#include "fcgi/page.h"
#include "fcgi/response.h"
#include "fcgi/routes.h"
#include "lib/base/conf.h"
#include "lib/base/json.h"
#include "lib/base/pool.h"
#include "lib/base/text.h"
#include "lib/service/access.h"
#include "lib/service/login.h"
#include "lib/service/password.h"
#include "lib/service/token.h"
#include "lib/service/tier_fields.h"
#include "lib/service/upload.h"

static struct json *user_json(struct pool *pool, const struct user *user)
{
	struct json *json = json_object(pool);

	json_set_text(json, "id", UUID_TEXT(user->id));
	json_set_text(json, "username", user->username);
	json_set_text(json, "email", user->email);
	json_set_bool(json, "is_admin", user->is_admin);
	return json;
}

bool account_login(struct request *req, struct response *res)
{
	static const char *const known[] = { "username", "password", NULL };
	struct work *work = req->work;
	struct json *json = json_object(work->pool);
	struct identity who;
	const char *username, *password, *secret;

	if (!json_only(req->body.json, work, known) ||
	    !json_get_text(&username, work, req->body.json, "username", 1,
			   255) ||
	    !json_get_text(&password, work, req->body.json, "password", 1,
			   1024) ||
	    !login_by_password(&who, work, username, password) ||
	    !token_start_session(&secret, work, &who))
		return false;
	json_set(json, "user", user_json(work->pool, &who.user));
	json_set_text(json, "csrf", token_csrf(work->pool, secret));
	response_json(res, req, 200, json);
	response_header(res, work->pool, "Set-Cookie",
			gate_cookie(req, secret));
	return true;
}

bool account_logout(struct request *req, struct response *res)
{
	if (req->session &&
	    !token_drop(req->work, req->who->user.id, req->who->token.id))
		return false;
	response_empty(res, 204);
	response_header(res, req->work->pool, "Set-Cookie",
			gate_cookie(req, NULL));
	return true;
}

/* The limits that apply to the user: the lower of the tier's and the
   service's. */
static struct json *limits_json(struct pool *pool, const struct conf *conf,
				const struct tier *tier)
{
	struct json *json = json_object(pool);
	bool limited = tier->max_pixels != TIER_NO_LIMIT &&
		       tier->max_pixels < conf->max_pixels;

	json_set_int(json, "max_bytes", upload_max_bytes(conf, tier));
	json_set_int(json, "max_pixels",
		     limited ? tier->max_pixels : conf->max_pixels);
	json_set_int(json, "max_side", conf->max_side);
	json_set_int(json, "link_min", tier->link_min);
	json_set_int(json, "link_max", tier->link_max);
	return json;
}

bool account_show(struct request *req, struct response *res)
{
	struct pool *pool = req->work->pool;
	const struct user *user = &req->who->user;
	const struct tier *tier = &req->who->tier;
	struct json *json = user_json(pool, user);

	json_set(json, "tier", tier_fields_json(pool, tier));
	json_set(json, "usage", api_json_usage(pool, user));
	json_set(json, "limits", limits_json(pool, req->work->conf, tier));
	json_set_text(json, "csrf",
		      req->session ? token_csrf(pool, req->session) : NULL);
	return response_json(res, req, 200, json);
}

bool account_set_password(struct request *req, struct response *res)
{
	static const char *const known[] = { "old", "new", NULL };
	struct work *work = req->work;
	struct identity same;
	const char *old, *new;

	return json_only(req->body.json, work, known) &&
	       json_get_text(&old, work, req->body.json, "old", 1, 1024) &&
	       json_get_text(&new, work, req->body.json, "new", 1, 1024) &&
	       password_check_length(work, "new", new) &&
	       login_by_password(&same, work, req->who->user.username, old) &&
	       password_set(work, &same.user, new, req->who->token.id) &&
	       response_empty(res, 204);
}

/* Reads the requested scopes. A token must not have more scopes than the
   credentials that create it. */
static bool read_scopes(const char **scopes, struct request *req)
{
	struct work *work = req->work;
	const char *text = "", **words;
	size_t count;

	if (!json_has(req->body.json, "scopes")) {
		*scopes = strstr(req->who->scopes, "read write link")
				  ? "read write link"
				  : req->who->scopes;
		return true;
	}
	if (!json_get_texts(&words, &count, work, req->body.json, "scopes", 4,
			    5))
		return false;
	for (size_t i = 0; i < count; i++) {
		if (!text_has_word("read write link admin", words[i]))
			return fail_field(work, "scopes",
					  "scopes: expected read, write, "
					  "link or admin, not \"%s\"",
					  words[i]);
		if (!text_has_word(req->who->scopes, words[i]) ||
		    (!strcmp(words[i], "admin") && !req->who->user.is_admin))
			return fail(work, ERR_FORBIDDEN,
				    "a token cannot have the scope %s, "
				    "because the credentials of this request "
				    "do not have it",
				    words[i]);
		if (!text_has_word(text, words[i]))
			text = text_add_word(work->pool, text, words[i]);
	}
	if (!*text)
		return fail_field(work, "scopes",
				  "scopes: at least one scope is expected");
	*scopes = text;
	return true;
}

bool tokens_create(struct request *req, struct response *res)
{
	static const char *const known[] = { "name", "expires_in", "scopes",
					     NULL };
	struct work *work = req->work;
	struct json *json;
	struct token token;
	const char *name, *scopes = "", *secret;
	int64_t expires_in = 0;

	if (!json_only(req->body.json, work, known) ||
	    !json_get_text(&name, work, req->body.json, "name", 1,
			   TOKEN_NAME_MAX) ||
	    (json_has(req->body.json, "expires_in") &&
	     !json_get_int(&expires_in, work, req->body.json, "expires_in", 1,
			   TOKEN_SECONDS_MAX)) ||
	    !read_scopes(&scopes, req) ||
	    !token_add_api(&token, &secret, work, req->who->user.id, name,
			   scopes, expires_in))
		return false;
	json = api_json_token(work->pool, &token);
	json_set_text(json, "token", secret);
	response_json(res, req, 201, json);
	res->has_secret = true;
	return true;
}

bool tokens_list(struct request *req, struct response *res)
{
	struct pool *pool = req->work->pool;
	struct json *items = json_array(pool);
	struct page page;
	struct token *tokens;
	size_t count;

	if (!page_read(&page, req) ||
	    !token_list(&tokens, &count, req->work, req->who->user.id,
			page.before, page.row_limit))
		return false;
	if (page_cut(&page, &count))
		page.last = tokens[count - 1].id;
	for (size_t i = 0; i < count; i++)
		json_push(items, api_json_token(pool, &tokens[i]));
	return page_answer(res, req, &page, items);
}

bool tokens_delete(struct request *req, struct response *res)
{
	struct uuid id;

	return access_id(&id, req->work, "token", req->param[0]) &&
	       token_drop(req->work, req->who->user.id, id) &&
	       response_empty(res, 204);
}
