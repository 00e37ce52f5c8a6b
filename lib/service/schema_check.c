/* schema_check.c: refuses a database that has another schema. */
#include "config.h"

#include "lib/service/schema_check.h"

#include <stdio.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/pool.h"
#include "lib/db/db.h"
#include "lib/db/migrate.h"
#include "lib/process/subprocess.h"

enum { WAIT_MS = 5000 };

bool schema_check(struct work *work)
{
	struct migrations migrations;

	if (!migrate_status(&migrations, work))
		return false;
	return !migrations.pending ||
	       fail(work, ERR_CONFLICT,
		    "the database lacks %zu of %zu migrations; run "
		    "`pixtierctl schema apply`",
		    migrations.pending, migrations.count);
}

struct answer {
	bool refused;
	char why[sizeof(((struct work *)0)->why)];
};

static void ask(const void *conf, int socket)
{
	struct work work = { .conf = conf, .pool = pool_new(), .id = "schema" };
	struct answer answer = { 0 };

	work.db = db_open(conf);
	if (!schema_check(&work) && work.err == ERR_CONFLICT) {
		answer.refused = true;
		memcpy(answer.why, work.why, sizeof(answer.why));
	}
	subprocess_write(socket, &answer, sizeof(answer));
	db_close(work.db);
	pool_free(work.pool);
}

bool schema_check_apart(struct work *work)
{
	struct answer answer = { 0 };
	struct subprocess child;
	enum read_result result;

	if (!subprocess_start(&child, ask, work->conf))
		return fail_errno(work, "cannot start a process");
	result = subprocess_read(&child, work, &answer, sizeof(answer),
				 clock_monotonic_ms() + WAIT_MS);
	subprocess_end(&child);
	return result != READ_OK || !answer.refused ||
	       fail(work, ERR_CONFLICT, "%s", answer.why);
}
