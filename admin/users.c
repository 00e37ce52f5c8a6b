/* users.c: pixtierctl user. */
#include "config.h"

#include <string.h>

#include "admin/command.h"
#include "admin/password.h"
#include "admin/print.h"
#include "lib/base/clock.h"
#include "lib/base/conf.h"
#include "lib/base/crypt.h"
#include "lib/base/pool.h"
#include "lib/base/text.h"
#include "lib/model/tier.h"
#include "lib/model/user.h"
#include "lib/service/login.h"

enum { EMAIL_MAX = 254, BATCH = 500 };

static const char *const columns[] = {
	"id",         "username",    "email",      "tier",
	"is_admin",   "used_images", "used_bytes", "uploads_today",
	"created_at", "disabled_at", NULL
};

static void add_row(struct print *print, struct pool *pool,
		    const struct user *user, const char *tier)
{
	const struct cell cells[] = {
		cell_text(pool_strdup(pool, UUID_TEXT(user->id))),
		cell_text(user->username),
		cell_text(user->email),
		cell_text(tier),
		cell_bool(user->is_admin),
		cell_number(user->used_images),
		cell_number(user->used_bytes),
		cell_number(user->uploads_today),
		cell_text(clock_text(pool, user->created_at)),
		cell_text(clock_text(pool, user->disabled_at)),
	};

	print_row(print, cells);
}

/* One user as it is now. */
static bool show(struct call *call, struct uuid id)
{
	struct print *print = print_record(call, columns);
	struct user user;
	struct tier tier;

	if (!user_find(&user, call->work, id) ||
	    !tier_find(&tier, call->work, user.tier_id))
		return false;
	add_row(print, call->work->pool, &user, tier.name);
	print_end(print);
	return true;
}

static bool check_email(struct work *work, const char *email)
{
	const char *at = email ? strchr(email, '@') : NULL;

	if (!email)
		return true;
	return (strlen(email) <= EMAIL_MAX &&
		text_is_utf8(email, strlen(email)) &&
		text_is_printable(email) && at && at > email && at[1]) ||
	       fail_field(work, "email",
			  "email: at most %d bytes with an @, not \"%s\"",
			  EMAIL_MAX, email);
}

bool users_add(struct call *call)
{
	struct work *work = call->work;
	const char *tier_name = call->options[OPTION_TIER];
	struct user user = {
		.username = call->args[0],
		.email = call->options[OPTION_EMAIL],
		.is_admin = call->options[OPTION_ADMIN],
	};
	const char *password;
	struct tier tier;

	if (!tier_name)
		return fail(work, ERR_BAD_REQUEST, "--tier is missing");
	if (!check_email(work, user.email) ||
	    !tier_by_name(&tier, work, tier_name) ||
	    !password_read(&password, call))
		return false;
	user.tier_id = tier.id;
	user.password = crypt_password_hash(work->pool, password,
					    work->conf->password_cost);
	return user_add(&user, work) &&
	       command_record(call, "user.add", user.username,
			      pool_printf(work->pool, "tier %s%s", tier.name,
					  user.is_admin ? ", admin" : "")) &&
	       show(call, user.id);
}

static const char *name_of(const struct tier *tiers, size_t count,
			   struct uuid id)
{
	for (size_t i = 0; i < count; i++)
		if (uuid_equal(tiers[i].id, id))
			return tiers[i].name;
	return NULL;
}

bool users_list(struct call *call)
{
	struct print *print = print_table(call, columns);
	struct tier *tiers;
	struct user *users;
	struct uuid after = { 0 };
	size_t tier_count, count;

	if (!tier_list(&tiers, &tier_count, call->work))
		return false;
	do {
		if (!user_list(&users, &count, call->work, after, BATCH))
			return false;
		for (size_t i = 0; i < count; i++)
			add_row(print, call->work->pool, &users[i],
				name_of(tiers, tier_count, users[i].tier_id));
		if (count)
			after = users[count - 1].id;
	} while (count == BATCH);
	print_end(print);
	return true;
}

bool users_set_password(struct call *call)
{
	const char *password;
	struct user user;

	return user_by_name(&user, call->work, call->args[0]) &&
	       password_read(&password, call) &&
	       login_set_password(call->work, user.id, password,
				  (struct uuid){ 0 }) &&
	       command_record(call, "user.passwd", user.username, "") &&
	       show(call, user.id);
}

bool users_set_tier(struct call *call)
{
	struct user user;
	struct tier before, tier;

	return user_by_name(&user, call->work, call->args[0]) &&
	       tier_by_name(&tier, call->work, call->args[1]) &&
	       tier_find(&before, call->work, user.tier_id) &&
	       user_set_tier(call->work, user.id, tier.id) &&
	       command_record(call, "user.tier", user.username,
			      pool_printf(call->work->pool, "%s to %s",
					  before.name, tier.name)) &&
	       show(call, user.id);
}

static bool set_disabled(struct call *call, bool disabled)
{
	struct user user;

	return user_by_name(&user, call->work, call->args[0]) &&
	       user_set_disabled(call->work, user.id, disabled) &&
	       command_record(call, disabled ? "user.disable" : "user.enable",
			      user.username, "") &&
	       show(call, user.id);
}

bool users_disable(struct call *call)
{
	return set_disabled(call, true);
}

bool users_enable(struct call *call)
{
	return set_disabled(call, false);
}
