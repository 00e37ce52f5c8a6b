/* schema.c: pixtierctl schema. */
#include "config.h"

#include <stdio.h>

#include "admin/command.h"
#include "admin/print.h"
#include "lib/base/clock.h"
#include "lib/db/migrate.h"

enum { WAIT_SECONDS = 60 };

static void note(const struct migration *applied)
{
	fprintf(stderr, "applied %s\n", applied->name);
}

static const char *state_of(const struct migration *migration)
{
	if (!migration->applied_at)
		return "pending";
	return migration->changed ? "changed" : "applied";
}

bool cmd_schema_status(struct call *call)
{
	static const char *const columns[] = { "version", "name", "state",
					       "applied_at", NULL };
	struct print *print = print_table(call, columns);
	struct migrations migrations;

	if (!migrate_status(&migrations, call->work))
		return false;
	for (size_t i = 0; i < migrations.count; i++) {
		const struct migration *m = &migrations.list[i];

		PRINT_ROW(
			print, cell_number(m->version), cell_text(m->name),
			cell_text(state_of(m)),
			cell_text(clock_text(call->work->pool, m->applied_at)));
	}
	return print_end(print);
}

bool cmd_schema_apply(struct call *call)
{
	struct migrations before;

	if (!migrate_status(&before, call->work) ||
	    !migrate_apply(call->work, WAIT_SECONDS, note))
		return false;
	return (!before.pending ||
		command_audit(call, "schema.apply", "database", "")) &&
	       cmd_schema_status(call);
}
