/* audit.c: the table audit. */
#include "config.h"

#include "lib/model/audit.h"

#include "lib/base/pool.h"
#include "lib/base/text.h"
#include "lib/db/db.h"

static struct db_in cut(struct pool *pool, const char *text, size_t max)
{
	return db_text(pool_strndup(pool, text, text_cut(text, max)));
}

bool audit_add(struct work *work, const struct audit *audit)
{
	struct pool *pool = work->pool;

	return db_do(work, NULL,
		     "INSERT INTO `audit` (`id`, `at`, `actor`, `action`,"
		     " `subject`, `detail`, `address`)"
		     " VALUES (?, UTC_TIMESTAMP(6), ?, ?, ?, ?, ?)",
		     DB_IN(db_uuid(audit->id), db_text(audit->actor),
			   db_text(audit->action),
			   cut(pool, audit->subject, AUDIT_SUBJECT_MAX),
			   cut(pool, audit->detail, AUDIT_DETAIL_MAX),
			   db_text(audit->address)));
}

bool audit_list(struct audit **audits, size_t *count, struct work *work,
		const struct audit_filter *f)
{
	struct audit row, *a = &row;

	return db_list(
		work, ROWS(audits, count, row),
		"SELECT `id`, `at`, `actor`, `action`, `subject`,"
		" `detail`, `address` FROM `audit`"
		" WHERE (? IS NULL OR `actor` = ?)"
		" AND (? IS NULL OR `action` = ?)"
		" AND (? IS NULL OR `subject` = ?)"
		" AND (? IS NULL OR `at` >= ?)"
		" AND (? IS NULL OR `at` < ?)"
		" AND (? IS NULL OR `id` < ?)"
		" ORDER BY `id` DESC LIMIT ?",
		DB_IN(db_text(f->actor), db_text(f->actor), db_text(f->action),
		      db_text(f->action), db_text(f->subject),
		      db_text(f->subject), db_time(f->since), db_time(f->since),
		      db_time(f->until), db_time(f->until), db_uuid(f->before),
		      db_uuid(f->before), db_int(f->limit)),
		DB_OUT(db_uuid_to(&a->id), db_time_to(&a->at),
		       db_text_to(&a->actor), db_text_to(&a->action),
		       db_text_to(&a->subject), db_text_to(&a->detail),
		       db_text_to(&a->address)));
}
