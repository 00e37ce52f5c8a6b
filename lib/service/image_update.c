/* image_update.c: changes an image by its owner. */
#include "config.h"

#include "lib/service/image_update.h"

#include "lib/db/db.h"
#include "lib/model/image_tags.h"
#include "lib/service/publish.h"

struct change {
	struct image *image;
	const struct tier *tier;
	const struct image_update *update;
};

static bool apply(struct work *work, void *arg)
{
	const struct change *change = arg;
	const struct image_update *update = change->update;
	const struct uuid id = change->image->id;

	return (!update->public ||
		publish_set(work, change->tier, id, *update->public)) &&
	       (!update->name || image_set_name(work, id, update->name)) &&
	       (!update->sets_alt || image_set_alt(work, id, update->alt)) &&
	       (!update->sets_tags || image_tags_set(work, id, update->tags)) &&
	       image_find(change->image, work, id);
}

bool image_update(struct image *image, struct work *work,
		  const struct tier *tier, const struct image_update *update)
{
	struct change change = { image, tier, update };

	return db_transaction(work, apply, &change);
}
