/* images.c: pixtierctl image. */
#include "config.h"

#include "admin/command.h"
#include "admin/print.h"
#include "lib/base/clock.h"
#include "lib/base/pool.h"
#include "lib/model/image.h"
#include "lib/model/tier.h"
#include "lib/model/user.h"
#include "lib/model/variant.h"
#include "lib/service/access.h"
#include "lib/service/admin.h"
#include "lib/service/public_url.h"

/* Lists have no addresses: each image has several. */
/* clang-format off */
#define COLUMNS "id", "user", "name", "status", "format", "width", "height", \
	"bytes", "public", "created_at"
static const char *const columns[] = { COLUMNS, NULL };
static const char *const all_columns[] = { COLUMNS, "alt", "taken_at",
	"camera_make", "camera_model", "copyright", "creator", "public_urls",
	NULL };
/* clang-format on */

/* A list ends each row after the columns that it has. */
static void add_row(struct print *print, struct pool *pool,
		    const struct image *image, const char *username,
		    const char *urls)
{
	const struct metadata *m = &image->metadata;

	PRINT_ROW(print, cell_text(pool_strdup(pool, UUID_TEXT(image->id))),
		  cell_text(username), cell_text(image->name),
		  cell_text(image_status_name(image->status)),
		  cell_text(image->format), cell_number(image->width),
		  cell_number(image->height), cell_number(image->bytes),
		  cell_bool(image->public),
		  cell_text(clock_text(pool, image->created_at)),
		  cell_text(image->alt), cell_text(m->taken_at),
		  cell_text(m->make), cell_text(m->model),
		  cell_text(m->copyright), cell_text(m->creator),
		  cell_words(urls));
}

bool cmd_images_list(struct call *call)
{
	struct work *work = call->work;
	struct print *print = print_table(call, columns);
	struct image_filter filter = { 0 };
	struct image *images;
	struct user user;
	size_t count;

	if (!user_by_name(&user, work, call->args[0]) ||
	    !command_limit(&filter.limit, call))
		return false;
	filter.user_id = user.id;
	if (!image_list(&images, &count, work, &filter))
		return false;
	for (size_t i = 0; i < count; i++)
		add_row(print, work->pool, &images[i], user.username, "");
	return print_end(print);
}

static bool show(struct call *call, struct uuid id)
{
	struct work *work = call->work;
	struct print *print = print_record(call, all_columns);
	struct variant *variants;
	const char *urls;
	struct image image;
	struct user user;
	struct tier tier;
	size_t count;

	if (!image_find(&image, work, id) ||
	    !tier_of_user(&user, &tier, work, image.user_id) ||
	    !variant_list(&variants, &count, work, id) ||
	    !public_url_words(&urls, work, &image, variants, count))
		return false;
	add_row(print, work->pool, &image, user.username, urls);
	return print_end(print);
}

bool cmd_images_show(struct call *call)
{
	struct uuid id;

	return access_id(&id, call->work, "image", call->args[0]) &&
	       show(call, id);
}

static bool publish(struct call *call, bool public)
{
	const struct actor actor = command_actor(call);
	struct uuid id;

	return access_id(&id, call->work, "image", call->args[0]) &&
	       admin_publish_image(call->work, &actor, id, public) &&
	       show(call, id);
}

bool cmd_images_make_public(struct call *call)
{
	return publish(call, true);
}

bool cmd_images_make_private(struct call *call)
{
	return publish(call, false);
}

bool cmd_images_delete(struct call *call)
{
	const struct actor actor = command_actor(call);
	struct work *work = call->work;
	struct image image;
	struct uuid id;

	return access_id(&id, work, "image", call->args[0]) &&
	       image_find(&image, work, id) &&
	       admin_delete_image(work, &actor, &image);
}
