/* audit.c: pixtierctl audit. */
#include "config.h"

#include "lib/model/audit.h"

#include "admin/command.h"
#include "admin/print.h"
#include "lib/base/clock.h"
#include "lib/base/pool.h"

static const char *const columns[] = { "at",      "actor",  "action", "subject",
				       "address", "detail", NULL };

bool cmd_audit_show(struct call *call)
{
	struct pool *pool = call->work->pool;
	struct print *print = print_table(call, columns);
	struct audit_filter filter = { 0 };
	struct audit *audits;
	size_t count;

	if (!command_limit(&filter.limit, call) ||
	    !audit_list(&audits, &count, call->work, &filter))
		return false;
	for (size_t i = 0; i < count; i++) {
		const struct audit *audit = &audits[i];

		PRINT_ROW(print, cell_text(clock_text(pool, audit->at)),
			  cell_text(audit->actor), cell_text(audit->action),
			  cell_text(audit->subject), cell_text(audit->address),
			  cell_text(audit->detail));
	}
	return print_end(print);
}
