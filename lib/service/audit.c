/* audit.c: makes changes together with their audit lines. */
#include "config.h"

#include "lib/service/audit.h"

#include "lib/base/pool.h"
#include "lib/db/db.h"
#include "lib/model/audit.h"

struct audited_change {
	const struct audit *lines;
	size_t count;
	bool (*change)(struct work *work, void *arg);
	void *arg;
	bool happened;
};

static bool insert_entries(struct work *work, void *arg)
{
	struct audited_change *audited = arg;

	for (size_t i = 0; i < audited->count; i++)
		if (!audit_add(work, &audited->lines[i])) {
			audited->happened = work->err == ERR_CONFLICT;
			return false;
		}
	return audited->change(work, audited->arg);
}

bool audit_change(struct work *work, const struct actor *actor,
		  const struct audit_entry *entries, size_t count,
		  bool (*change)(struct work *work, void *arg), void *arg)
{
	struct audit *lines = pool_alloc(work->pool, count * sizeof(*lines));
	struct audited_change audited = { lines, count, change, arg, false };

	for (size_t i = 0; i < count; i++)
		lines[i] = (struct audit){
			.id = uuid_new(),
			.actor = actor->name,
			.action = entries[i].action,
			.subject = entries[i].subject,
			.detail = entries[i].detail,
			.address = actor->address,
		};
	return db_transaction(work, insert_entries, &audited) ||
	       audited.happened;
}
