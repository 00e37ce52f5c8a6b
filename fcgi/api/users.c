/* users.c: the routes under /v1/admin/users. */
#include "config.h"

#include "lib/model/user_list.h"

#include <string.h>

#include "fcgi/api/admin.h"
#include "fcgi/api/json.h"
#include "fcgi/page.h"
#include "fcgi/response.h"
#include "fcgi/routes.h"
#include "lib/base/clock.h"
#include "lib/base/json.h"
#include "lib/model/tier.h"
#include "lib/service/access.h"
#include "lib/service/admin.h"
#include "lib/service/json_view.h"
#include "lib/service/user_delete.h"

enum { NAME_MAX_BYTES = 64, PASSWORD_MAX_BYTES = 1024, EMAIL_MAX_BYTES = 254 };

static struct json *user_json(struct pool *pool, const struct user *user,
			      const char *tier)
{
	struct json *json = json_object(pool);

	json_set_text(json, "id", UUID_TEXT(user->id));
	json_set_text(json, "username", user->username);
	json_set_text(json, "email", user->email);
	json_set_text(json, "tier", tier);
	json_set_bool(json, "is_admin", user->is_admin);
	json_set_bool(json, "disabled", user->disabled_at);
	json_set_text(json, "created_at", clock_text(pool, user->created_at));
	json_set_text(json, "disabled_at", clock_text(pool, user->disabled_at));
	json_set(json, "usage", api_json_usage(pool, user));
	return json;
}

/* Fails for a deleted user, whose row may still exist. */
static bool find(struct user *user, struct request *req)
{
	struct work *work = req->work;
	struct uuid id;

	if (!access_id(&id, work, "user", req->param[0]) ||
	    !user_find(user, work, id))
		return false;
	return !user->deleted_at ||
	       fail(work, ERR_NOT_FOUND, "no user has the id %s",
		    UUID_TEXT(id));
}

static bool answer(struct response *res, struct request *req, int status,
		   struct uuid id)
{
	struct user user;
	struct tier tier;

	return tier_of_user(&user, &tier, req->work, id) &&
	       response_json(res, req, status,
			     user_json(req->work->pool, &user, tier.name));
}

static bool find_tier(struct tier *tier, struct work *work, const char *name)
{
	if (tier_by_name(tier, work, name))
		return true;
	return work->err == ERR_NOT_FOUND
		       ? fail_field(work, "tier",
				    "tier: the name of a tier is expected, "
				    "not \"%.40s\"",
				    name)
		       : false;
}

/* `filter->disabled` points to `disabled`, which must live as long. */
static bool read_filter(struct user_filter *filter, bool *disabled,
			struct page *page, struct request *req)
{
	const char *flag = request_query(req, "disabled");
	const char *tier_name = request_query(req, "tier");
	struct tier tier = { 0 };

	enum user_order order;

	if (!page_read_keyed(page, req) ||
	    !user_order_read(&order, req->work, request_query(req, "sort")) ||
	    (tier_name && !find_tier(&tier, req->work, tier_name)))
		return false;
	*disabled = flag && !strcmp(flag, "true");
	if (flag && !*disabled && strcmp(flag, "false"))
		return fail_field(req->work, "disabled",
				  "disabled: true or false, not \"%.40s\"",
				  flag);
	*filter = (struct user_filter){
		.name = request_query(req, "name"),
		.tier_id = tier.id,
		.disabled = flag ? disabled : NULL,
		.order = order,
		.before = page->before,
		.before_key = page->before_key,
		.limit = page->row_limit,
	};
	return true;
}

bool admin_users_list(struct request *req, struct response *res)
{
	struct pool *pool = req->work->pool;
	struct json *items = json_array(pool);
	struct page page;
	struct user_filter filter;
	struct user *users;
	struct tier *tiers;
	bool disabled;
	size_t count, tier_count;

	if (!read_filter(&filter, &disabled, &page, req) ||
	    !user_list(&users, &count, req->work, &filter) ||
	    !tier_list(&tiers, &tier_count, req->work))
		return false;
	if (page_cut(&page, &count)) {
		page.last = users[count - 1].id;
		page.last_key =
			user_order_key(pool, filter.order, &users[count - 1]);
	}
	for (size_t i = 0; i < count; i++)
		json_push(items, user_json(pool, &users[i],
					   tier_name_of(tiers, tier_count,
							users[i].tier_id)));
	return page_answer(res, req, &page, items);
}

bool admin_users_show(struct request *req, struct response *res)
{
	struct user user;

	return find(&user, req) && answer(res, req, 200, user.id);
}

/* Reads the name of a tier and finds the tier. */
static bool read_tier(struct tier *tier, struct request *req)
{
	const char *name;

	return json_get_text(&name, req->work, req->body.json, "tier", 1,
			     NAME_MAX_BYTES) &&
	       find_tier(tier, req->work, name);
}

/* null means no email address. */
static bool read_email(const char **email, struct request *req)
{
	*email = NULL;
	return !json_has(req->body.json, "email") ||
	       json_get_text(email, req->work, req->body.json, "email", 1,
			     EMAIL_MAX_BYTES);
}

static bool read_new(struct user *user, struct tier *tier,
		     const char **password, struct request *req)
{
	static const char *const known[] = { "username", "password", "tier",
					     "email",    "is_admin", NULL };
	struct work *work = req->work;

	return json_only(req->body.json, work, known) &&
	       json_get_text(&user->username, work, req->body.json, "username",
			     1, NAME_MAX_BYTES) &&
	       json_get_text(password, work, req->body.json, "password", 1,
			     PASSWORD_MAX_BYTES) &&
	       read_tier(tier, req) && read_email(&user->email, req) &&
	       (!json_names(req->body.json, "is_admin") ||
		json_get_bool(&user->is_admin, work, req->body.json,
			      "is_admin"));
}

bool admin_users_create(struct request *req, struct response *res)
{
	struct work *work = req->work;
	const struct actor actor = admin_actor(req);
	struct user user = { 0 };
	struct tier tier;
	const char *password;

	if (!read_new(&user, &tier, &password, req) ||
	    !admin_add_user(&user, work, &actor, &tier, password) ||
	    !answer(res, req, 201, user.id))
		return false;
	response_location(res, req, req->uri.path, user.id);
	return true;
}

/* The changes that a PATCH requests, and the values that `update` points to. */
struct change {
	struct user_update update;
	struct tier tier;
	bool disabled, is_admin;
};

static bool read_text(const char **update, struct request *req,
		      const char *field, size_t max_bytes)
{
	return !json_names(req->body.json, field) ||
	       json_get_text(update, req->work, req->body.json, field, 1,
			     max_bytes);
}

static bool read_flag(const bool **update, bool *place, struct request *req,
		      const char *field)
{
	if (!json_names(req->body.json, field))
		return true;
	*update = place;
	return json_get_bool(place, req->work, req->body.json, field);
}

static bool read_change(struct change *change, struct request *req)
{
	static const char *const known[] = { "username", "password", "tier",
					     "email",    "disabled", "is_admin",
					     NULL };
	struct user_update *update = &change->update;

	if (!json_only(req->body.json, req->work, known) ||
	    !read_text(&update->username, req, "username", NAME_MAX_BYTES) ||
	    !read_text(&update->password, req, "password", PASSWORD_MAX_BYTES))
		return false;
	if (json_names(req->body.json, "tier")) {
		update->tier = &change->tier;
		if (!read_tier(&change->tier, req))
			return false;
	}
	update->sets_email = json_names(req->body.json, "email");
	return read_email(&update->email, req) &&
	       read_flag(&update->disabled, &change->disabled, req,
			 "disabled") &&
	       read_flag(&update->is_admin, &change->is_admin, req, "is_admin");
}

bool admin_users_change(struct request *req, struct response *res)
{
	const struct actor actor = admin_actor(req);
	struct change change = { 0 };
	struct user user;

	return find(&user, req) && read_change(&change, req) &&
	       admin_update_user(req->work, &actor, &user, &change.update) &&
	       answer(res, req, 200, user.id);
}

bool admin_users_delete(struct request *req, struct response *res)
{
	const struct actor actor = admin_actor(req);
	struct json *json = json_object(req->work->pool);
	struct user user;
	struct job job;
	bool left;

	if (!find(&user, req) ||
	    !user_delete(&job, &left, req->work, &actor, &user))
		return false;
	if (!left)
		return response_empty(res, 204);
	json_set(json, "job", json_view_job(req->work, &job));
	return response_json(res, req, 202, json);
}
