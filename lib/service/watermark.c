/* watermark.c: the watermarks of tiers. */
#include "config.h"

#include "lib/service/watermark.h"

#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/pool.h"
#include "lib/base/text.h"
#include "lib/db/db.h"
#include "lib/model/public_file.h"
#include "lib/picture/decoder_pool.h"
#include "lib/service/publish.h"
#include "lib/store/store.h"

static bool check_number(struct work *work, const char *field, int64_t number,
			 int64_t min, int64_t max)
{
	return (number >= min && number <= max) ||
	       fail_field(work, field, "%s: a number from %lld to %lld", field,
			  (long long)min, (long long)max);
}

/* Fills everything but the probe. */
static bool read_row(struct watermark *watermark, struct work *work,
		     const struct tier_watermark *row)
{
	void *bytes;

	if (!watermark_read_position(&watermark->place.position, row->position))
		return fail_field(work, "position",
				  "position: centre, or north to north-west "
				  "as in recipes, not \"%.40s\"",
				  row->position);
	if (!check_number(work, "opacity", row->opacity, 1, 100) ||
	    !check_number(work, "scale", row->scale, 1, 100) ||
	    !check_number(work, "from", row->from, 0, RECIPE_MAX_SIDE))
		return false;
	if (!text_unbase64(work->pool, &bytes, &watermark->len, row->png))
		return fail(work, ERR_INTERNAL,
			    "expected base64 in the table watermarks");
	watermark->place.opacity = (uint32_t)row->opacity;
	watermark->place.scale = (uint32_t)row->scale;
	watermark->place.from = (uint32_t)row->from;
	watermark->bytes = bytes;
	return true;
}

bool watermark_load(const struct watermark **watermark, struct work *work,
		    const struct tier *tier)
{
	struct tier_watermark row;
	struct watermark *read;

	*watermark = NULL;
	if (!tier->watermark)
		return true;
	read = pool_alloc(work->pool, sizeof(*read));
	*read = (struct watermark){ 0 };
	if (!watermark_find(&row, work, tier->id))
		return work->err == ERR_NOT_FOUND;
	if (!read_row(read, work, &row) || !watermark_probe(read, work))
		return false;
	*watermark = read;
	return true;
}

static bool read_file(struct tier_watermark *watermark, struct work *work,
		      int fd)
{
	struct stat st;
	uint8_t *bytes;

	if (fstat(fd, &st))
		return fail_errno(work, "cannot fstat a watermark");
	if (st.st_size > WATERMARK_MAX_BYTES)
		return fail(work, ERR_TOO_LARGE,
			    "a watermark has at most %d bytes, not %lld",
			    WATERMARK_MAX_BYTES, (long long)st.st_size);
	bytes = pool_alloc(work->pool, (size_t)st.st_size + 1);
	if (pread(fd, bytes, (size_t)st.st_size, 0) != st.st_size)
		return fail_errno(work, "cannot read a watermark");
	watermark->png = text_base64(work->pool, bytes, (size_t)st.st_size);
	return true;
}

bool watermark_check(struct tier_watermark *watermark, struct work *work,
		     int fd)
{
	const struct recipe recipe = { .width = 1, .height = 1 };
	struct watermark read = { 0 };
	struct rendition rendition;
	const struct decoder_picture picture = {
		.source = fd,
		.probe = &read.probe,
		.recipes = &recipe,
		.count = 1,
	};

	return read_file(watermark, work, fd) &&
	       read_row(&read, work, watermark) &&
	       watermark_probe(&read, work) &&
	       decoder_pool_render(&rendition, work, work->decoders, &picture);
}

bool watermark_check_upload(struct tier_watermark *watermark, struct work *work,
			    struct store_temp *file)
{
	store_temp_end(file);
	return watermark_check(watermark, work, file->fd);
}

struct change {
	const struct tier *tier;
	const struct tier_watermark *watermark; /* NULL: removes it */
};

static bool change_watermark(struct work *work, void *arg)
{
	const struct change *change = arg;
	const struct uuid nobody = { 0 }, tier_id = change->tier->id;

	return (change->watermark
			? watermark_put(work, tier_id, change->watermark)
			: watermark_drop(work, tier_id)) &&
	       public_file_end_all(work, tier_id, nobody);
}

static bool apply(struct work *work, const struct actor *actor,
		  const struct audit_entry *entry, struct change *change)
{
	const struct uuid nobody = { 0 };

	return audit_change(work, actor, entry, 1, change_watermark, change) &&
	       publish_withdraw(work, change->tier->id, nobody);
}

bool watermark_set(struct work *work, const struct actor *actor,
		   const struct tier *tier,
		   const struct tier_watermark *watermark)
{
	const struct audit_entry entry = {
		"tier.watermark", tier->name,
		pool_printf(work->pool,
			    "position %s, opacity %lld, scale %lld, from %lld",
			    watermark->position, (long long)watermark->opacity,
			    (long long)watermark->scale,
			    (long long)watermark->from)
	};
	struct change change = { tier, watermark };

	return apply(work, actor, &entry, &change);
}

bool watermark_remove(struct work *work, const struct actor *actor,
		      const struct tier *tier)
{
	const struct audit_entry entry = { "tier.watermark", tier->name,
					   "removed" };
	struct change change = { tier, NULL };

	return apply(work, actor, &entry, &change);
}
