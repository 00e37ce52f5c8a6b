/* command.c: shared functions of the commands. */
#include "config.h"

#include "admin/command.h"

#include <pwd.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/pool.h"
#include "lib/base/text.h"
#include "lib/model/audit.h"

static const char *option_name(enum command_option option)
{
	/* clang-format off */
	static const char *const names[OPTION__COUNT] = {
		[OPTION_DISABLED] = "--disabled",
		[OPTION_EXPIRES_IN] = "--expires-in",
		[OPTION_LIMIT] = "--limit",
		[OPTION_RETIRE_AFTER] = "--retire-after",
	};
	/* clang-format on */

	return names[option];
}

bool command_number(int64_t *number, const struct call *call,
		    enum command_option option, int64_t fallback, int64_t min,
		    int64_t max)
{
	const char *text = call->options[option];

	if (!text) {
		*number = fallback;
		return true;
	}
	return text_int(number, text, min, max) ||
	       fail(call->work, ERR_BAD_REQUEST,
		    "%s: a number from %lld to %lld, not \"%s\"",
		    option_name(option), (long long)min, (long long)max, text);
}

bool command_seconds(int64_t *seconds, const struct call *call,
		     enum command_option option, int64_t fallback, int64_t min,
		     int64_t max)
{
	const char *text = call->options[option];

	if (!text) {
		*seconds = fallback;
		return true;
	}
	return text_seconds(seconds, text, min, max) ||
	       fail(call->work, ERR_BAD_REQUEST,
		    "%s: seconds from %lld to %lld, or with a unit such as "
		    "15m, 12h or 30d, not \"%s\"",
		    option_name(option), (long long)min, (long long)max, text);
}

bool command_limit(int64_t *limit, const struct call *call)
{
	return command_number(limit, call, OPTION_LIMIT, 50, 1, 100000);
}

bool command_bool(bool *yes, const struct call *call,
		  enum command_option option)
{
	const char *text = call->options[option];

	*yes = !strcmp(text, "yes");
	return *yes || !strcmp(text, "no") ||
	       fail(call->work, ERR_BAD_REQUEST, "%s: yes or no, not \"%s\"",
		    option_name(option), text);
}

bool command_field(struct command_field *field, const struct call *call, int i)
{
	const char *text = call->args[i];
	const char *value = strchr(text, '=');

	if (!value)
		return fail(call->work, ERR_BAD_REQUEST,
			    "FIELD=VALUE is expected, not \"%s\"", text);
	field->name =
		pool_strndup(call->work->pool, text, (size_t)(value - text));
	field->value = value + 1;
	return true;
}

/* The login name, also under sudo. */
static const char *login_name(struct pool *pool)
{
	const char *name = getlogin();
	const struct passwd *account = name ? NULL : getpwuid(getuid());

	if (account)
		name = account->pw_name;
	if (!name || !text_is_printable(name))
		return pool_printf(pool, "uid %lu", (unsigned long)getuid());
	return pool_strdup(pool, name);
}

struct actor command_actor(const struct call *call)
{
	struct pool *pool = call->work->pool;

	return (struct actor){
		.name = pool_printf(pool, "pixtierctl (%.48s)",
				    login_name(pool)),
		.address = "",
	};
}

bool command_audit(const struct call *call, const char *action,
		   const char *subject, const char *detail)
{
	const struct audit audit = {
		.id = uuid_new(),
		.actor = command_actor(call).name,
		.action = action,
		.subject = subject,
		.detail = detail,
		.address = "",
	};

	return audit_add(call->work, &audit);
}
