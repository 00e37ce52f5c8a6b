/* steward.c: what administrators change. */
#include "config.h"

#include "lib/service/steward.h"

#include "lib/base/pool.h"
#include "lib/model/tier.h"
#include "lib/service/tiering.h"

static bool add_tier(struct work *work, void *tier)
{
	return tier_add(tier, work);
}

bool steward_add_tier(struct tier *tier, struct work *work,
		      const struct actor *actor, const char *detail)
{
	const struct record record = { "tier.add", tier->name, detail };

	return tiering_check(tier, work) &&
	       record_change(work, actor, &record, 1, add_tier, tier);
}

struct tier_edit {
	struct tier tier;
	struct uuid id;
	bool (*edit)(struct tier *tier, struct work *work, void *arg);
	void *arg;
};

static bool set_tier(struct work *work, void *arg)
{
	struct tier_edit *edit = arg;
	struct tier *tier = &edit->tier;

	return tier_lock(tier, work, edit->id) &&
	       edit->edit(tier, work, edit->arg) &&
	       tiering_check(tier, work) && tier_update(tier, work);
}

bool steward_set_tier(struct tier *tier, struct work *work,
		      const struct actor *actor, struct uuid id,
		      const char *detail,
		      bool (*edit)(struct tier *tier, struct work *work,
				   void *arg),
		      void *arg)
{
	struct tier_edit job = { .id = id, .edit = edit, .arg = arg };
	struct tier before;
	struct record record = { "tier.set", NULL, detail };

	if (!tier_find(&before, work, id))
		return false;
	record.subject = before.name;
	if (!record_change(work, actor, &record, 1, set_tier, &job))
		return false;
	*tier = job.tier;
	return true;
}

static bool drop_tier(struct work *work, void *arg)
{
	const struct tier *tier = arg;
	struct tier now;

	return tier_lock(&now, work, tier->id) && tier_drop(work, &now);
}

bool steward_drop_tier(struct work *work, const struct actor *actor,
		       const struct tier *tier)
{
	const struct record record = { "tier.delete", tier->name, "" };

	return record_change(work, actor, &record, 1, drop_tier, (void *)tier);
}
