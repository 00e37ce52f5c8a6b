/* record.c: makes changes together with their audit lines. */
#include "config.h"

#include "lib/service/record.h"

#include "lib/base/pool.h"
#include "lib/db/db.h"
#include "lib/model/audit.h"

struct recording {
	const struct audit *lines;
	size_t count;
	bool (*change)(struct work *work, void *arg);
	void *arg;
	bool happened;
};

static bool insert_entries(struct work *work, void *arg)
{
	struct recording *recording = arg;

	for (size_t i = 0; i < recording->count; i++)
		if (!audit_add(work, &recording->lines[i])) {
			recording->happened = work->err == ERR_CONFLICT;
			return false;
		}
	return recording->change(work, recording->arg);
}

bool record_change(struct work *work, const struct actor *actor,
		   const struct record *records, size_t count,
		   bool (*change)(struct work *work, void *arg), void *arg)
{
	struct audit *lines = pool_alloc(work->pool, count * sizeof(*lines));
	struct recording recording = { lines, count, change, arg, false };

	for (size_t i = 0; i < count; i++)
		lines[i] = (struct audit){
			.id = uuid_new(),
			.actor = actor->name,
			.action = records[i].action,
			.subject = records[i].subject,
			.detail = records[i].detail,
			.address = actor->address,
		};
	return db_transaction(work, insert_entries, &recording) ||
	       recording.happened;
}
