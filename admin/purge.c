/* purge.c: pixtierctl purge. */
#include "config.h"

#include "lib/service/purge.h"

#include "admin/command.h"
#include "admin/print.h"
#include "lib/base/pool.h"
#include "lib/model/user.h"
#include "lib/picture/recipe.h"
#include "lib/service/access.h"

static bool report(struct call *call, const char *what, const char *subject,
		   const char *unit, int64_t count)
{
	static const char *const columns[] = { "removed", NULL };
	struct print *print = print_record(call, columns);
	struct pool *pool = call->work->pool;

	PRINT_ROW(print, cell_number(count));
	print_end(print);
	return command_audit(
		call, pool_printf(pool, "purge.%s", what), subject,
		pool_printf(pool, "%lld %s", (long long)count, unit));
}

bool cmd_purge_one_image(struct call *call)
{
	struct work *work = call->work;
	struct image image;
	struct uuid id;

	return access_id(&id, work, "image", call->args[0]) &&
	       image_find(&image, work, id) && purge_image(work, &image) &&
	       report(call, "image", call->args[0], "images", 1);
}

bool cmd_purge_one_variant(struct call *call)
{
	struct work *work = call->work;
	struct recipe recipe;
	int64_t count;

	return recipe_parse(&recipe, work, call->args[0]) &&
	       purge_variants(&count, work, call->args[0]) &&
	       report(call, "variant", call->args[0], "variants", count);
}

bool cmd_purge_one_user(struct call *call)
{
	struct work *work = call->work;
	struct user user;
	int64_t count;

	return user_by_name(&user, work, call->args[0]) &&
	       purge_user(&count, work, user.id, INT64_MAX) &&
	       report(call, "user", user.username, "images", count);
}
