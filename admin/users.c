/* users.c: pixtierctl user. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "admin/command.h"
#include "admin/password.h"
#include "admin/print.h"
#include "lib/base/clock.h"
#include "lib/base/pool.h"
#include "lib/model/tier.h"
#include "lib/model/user_list.h"
#include "lib/service/admin.h"
#include "lib/service/user_delete.h"

enum { BATCH = 500 };

/* Only a generated password is shown. */
/* clang-format off */
#define COLUMNS "id", "username", "email", "tier", "is_admin", "used_images", \
	"used_bytes", "uploads_today", "created_at", "disabled_at"
static const char *const columns[] = { COLUMNS, NULL };
static const char *const columns_and_password[] = { COLUMNS, "password", NULL };
/* clang-format on */

static void add_row(struct print *print, struct pool *pool,
		    const struct user *user, const char *tier,
		    const char *password)
{
	PRINT_ROW(print, cell_text(pool_strdup(pool, UUID_TEXT(user->id))),
		  cell_text(user->username), cell_text(user->email),
		  cell_text(tier), cell_bool(user->is_admin),
		  cell_number(user->used_images), cell_number(user->used_bytes),
		  cell_number(user->uploads_today),
		  cell_text(clock_text(pool, user->created_at)),
		  cell_text(clock_text(pool, user->disabled_at)),
		  cell_text(password));
}

/* Prints the current row of the user, and the new password if pixtierctl has
   generated it. */
static bool show(struct call *call, struct uuid id, const char *password)
{
	const bool shows = call->options[OPTION_GENERATE];
	struct print *print =
		print_record(call, shows ? columns_and_password : columns);
	struct user user;
	struct tier tier;

	if (!tier_of_user(&user, &tier, call->work, id))
		return false;
	add_row(print, call->work->pool, &user, tier.name, password);
	return print_end(print);
}

bool cmd_users_add(struct call *call)
{
	struct work *work = call->work;
	const struct actor actor = command_actor(call);
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
	return tier_by_name(&tier, work, tier_name) &&
	       password_read(&password, call) &&
	       admin_add_user(&user, work, &actor, &tier, password) &&
	       show(call, user.id, password);
}

static bool read_filter(struct user_filter *filter, bool *disabled,
			const struct call *call)
{
	const char *tier_name = call->options[OPTION_TIER];
	struct tier tier;

	filter->name = call->options[OPTION_NAME];
	if (call->options[OPTION_DISABLED]) {
		if (!command_bool(disabled, call, OPTION_DISABLED))
			return false;
		filter->disabled = disabled;
	}
	if (!tier_name)
		return true;
	if (!tier_by_name(&tier, call->work, tier_name))
		return false;
	filter->tier_id = tier.id;
	return true;
}

bool cmd_users_list(struct call *call)
{
	struct print *print = print_table(call, columns);
	struct user_filter filter = { .limit = BATCH };
	struct tier *tiers;
	struct user *users;
	bool disabled;
	size_t tier_count, count;

	if (!read_filter(&filter, &disabled, call) ||
	    !tier_list(&tiers, &tier_count, call->work))
		return false;
	do {
		if (!user_list(&users, &count, call->work, &filter))
			return false;
		for (size_t i = 0; i < count; i++)
			add_row(print, call->work->pool, &users[i],
				tier_name_of(tiers, tier_count,
					     users[i].tier_id),
				NULL);
		if (count)
			filter.before = users[count - 1].id;
	} while (count == BATCH);
	return print_end(print);
}

static bool change(struct call *call, const struct user_update *update)
{
	const struct actor actor = command_actor(call);
	struct user user;

	return user_by_name(&user, call->work, call->args[0]) &&
	       admin_update_user(call->work, &actor, &user, update) &&
	       show(call, user.id, update->password);
}

bool cmd_users_show(struct call *call)
{
	struct user user;

	return user_by_name(&user, call->work, call->args[0]) &&
	       show(call, user.id, NULL);
}

/* Sets a field of the update; is_admin points to the variable of its own. */
static bool set_field(struct user_update *update, bool *is_admin,
		      struct work *work, const struct command_field *field)
{
	const char *value = field->value;

	if (!strcmp(field->name, "username")) {
		update->username = value;
	} else if (!strcmp(field->name, "email")) {
		update->sets_email = true;
		update->email = strcmp(value, "none") ? value : NULL;
	} else if (!strcmp(field->name, "is_admin")) {
		update->is_admin = is_admin;
		*is_admin = !strcmp(value, "yes");
		return *is_admin || !strcmp(value, "no") ||
		       fail_field(work, "is_admin",
				  "is_admin: yes or no, not \"%.60s\"", value);
	} else {
		return fail_unknown(work, field->name,
				    "a user has no field \"%.60s\"; it has: "
				    "username email is_admin",
				    field->name);
	}
	return true;
}

bool cmd_users_set(struct call *call)
{
	struct user_update update = { 0 };
	struct command_field field;
	bool is_admin;

	for (int i = 1; i < call->arg_count; i++)
		if (!command_field(&field, call, i) ||
		    !set_field(&update, &is_admin, call->work, &field))
			return false;
	return change(call, &update);
}

bool cmd_users_set_password(struct call *call)
{
	struct user_update update = { 0 };
	struct user user;

	return user_by_name(&user, call->work, call->args[0]) &&
	       password_read(&update.password, call) && change(call, &update);
}

bool cmd_users_set_tier(struct call *call)
{
	struct tier tier;
	const struct user_update update = { .tier = &tier };

	return tier_by_name(&tier, call->work, call->args[1]) &&
	       change(call, &update);
}

bool cmd_users_disable(struct call *call)
{
	return change(call,
		      &(struct user_update){ .disabled = &(bool){ true } });
}

bool cmd_users_enable(struct call *call)
{
	return change(call,
		      &(struct user_update){ .disabled = &(bool){ false } });
}

/* The responders keep the counts of wrong passwords: login_limit.h. */
bool cmd_users_unlock(struct call *call)
{
	return change(call, &(struct user_update){ .unlocks = true });
}

bool cmd_users_delete(struct call *call)
{
	const struct actor actor = command_actor(call);
	struct user user;
	struct job job;
	bool left;

	if (!user_by_name(&user, call->work, call->args[0]) ||
	    !user_delete(&job, &left, call->work, &actor, &user))
		return false;
	if (left && !call->json)
		printf("the workers delete the images with the job %s\n",
		       UUID_TEXT(job.id));
	return true;
}
