/* audit.c: the table audit. */
#include "config.h"

#include "lib/model/audit.h"

#include "lib/db/db.h"

bool audit_add(struct work *work, const struct audit *audit)
{
	return db_do(work, NULL,
		     "INSERT INTO `audit` (`id`, `at`, `actor`, `action`,"
		     " `subject`, `detail`, `address`)"
		     " VALUES (?, UTC_TIMESTAMP(6), ?, ?, ?, ?, ?)",
		     DB_IN(db_uuid(uuid_new()), db_text(audit->actor),
			   db_text(audit->action), db_text(audit->subject),
			   db_text(audit->detail), db_text(audit->address)));
}
