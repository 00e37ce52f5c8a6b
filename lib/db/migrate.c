/* migrate.c: applies the schema files, once each, in one process at a time. */
#include "config.h"

#include "lib/db/migrate.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/conf.h"
#include "lib/base/crypt.h"
#include "lib/base/log.h"
#include "lib/base/pool.h"
#include "lib/base/text.h"
#include "lib/db/db.h"
#include "lib/db/rows.h"
#include "lib/db/script.h"

enum { MAX_FILE = 1 << 20, DIGITS = 4, LOOK_MS = 200 };

/* Files */

static bool read_file(struct buf **text, struct work *work, const char *name)
{
	const char *path =
		pool_printf(work->pool, "%s/%s", work->conf->schema_dir, name);
	FILE *file = fopen(path, "re");
	char part[4096];
	size_t got;
	bool fits = true, whole;

	if (!file)
		return fail_errno(work, "cannot read %s", path);
	*text = buf_new(work->pool, MAX_FILE);
	while (fits && (got = fread(part, 1, sizeof(part), file)))
		fits = buf_add(*text, part, got);
	whole = !ferror(file);
	fclose(file);
	if (!fits)
		return fail(work, ERR_INTERNAL,
			    "%s: expected at most 1 MiB, found more", path);
	if (!whole)
		return fail(work, ERR_INTERNAL, "cannot read %s", path);
	if (strlen((*text)->data) != (*text)->len)
		return fail(work, ERR_INTERNAL, "%s: expected text without NUL",
			    path);
	return true;
}

static bool is_sql(const char *name)
{
	const size_t len = strlen(name);

	return len > 4 && *name != '.' && !strcmp(name + len - 4, ".sql");
}

static bool read_version(int64_t *version, struct work *work, const char *name)
{
	char digits[DIGITS + 1];

	snprintf(digits, sizeof(digits), "%.4s", name);
	if (strspn(digits, "0123456789") != DIGITS || name[DIGITS] != '-' ||
	    !text_int(version, digits, 1, 9999))
		return fail(
			work, ERR_INTERNAL,
			"%s: expected names NNNN-words.sql from 0001, found %s",
			work->conf->schema_dir, name);
	return true;
}

static bool add_file(struct rows *rows, struct migration *migration,
		     struct work *work, const char *name)
{
	uint8_t sum[CRYPT_SHA256_SIZE];
	struct buf *text;

	*migration =
		(struct migration){ .name = pool_strdup(work->pool, name) };
	if (!read_version(&migration->version, work, name) ||
	    !read_file(&text, work, name))
		return false;
	crypt_sha256(sum, text->data, text->len);
	text_hex(migration->checksum, sum, sizeof(sum));
	return rows_keep(work, rows);
}

static int by_version(const void *a, const void *b)
{
	const struct migration *one = a, *other = b;

	return (one->version > other->version) -
	       (one->version < other->version);
}

static bool is_distinct(struct work *work, const struct migrations *migrations)
{
	for (size_t i = 1; i < migrations->count; i++) {
		const struct migration *two = &migrations->list[i - 1];

		if (two[0].version == two[1].version)
			return fail(work, ERR_INTERNAL,
				    "%s: %s and %s have the same number",
				    work->conf->schema_dir, two[0].name,
				    two[1].name);
	}
	return true;
}

static bool read_folder(struct migrations *migrations, struct work *work)
{
	const char *path = work->conf->schema_dir;
	struct migration migration;
	struct rows rows = ROWS_OF(migration);
	DIR *dir = opendir(path);
	bool good = true;

	if (!dir)
		return fail_errno(work, "cannot read %s", path);
	for (struct dirent *entry; good && (entry = readdir(dir));)
		if (is_sql(entry->d_name))
			good = add_file(&rows, &migration, work, entry->d_name);
	closedir(dir);
	if (!good)
		return false;
	if (!rows.count)
		return fail(work, ERR_INTERNAL,
			    "%s: expected files NNNN-words.sql, found none",
			    path);
	qsort(rows.list, rows.count, sizeof(migration), by_version);
	*migrations = (struct migrations){ .list = rows.list,
					   .count = rows.count,
					   .pending = rows.count };
	return is_distinct(work, migrations);
}

/* What the database has */

struct applied {
	struct migrations *migrations;
	int64_t version, applied_at;
	const char *name, *checksum;
};

static bool match(struct work *work, void *arg)
{
	struct applied *applied = arg;
	const struct migration key = { .version = applied->version };
	struct migration *found =
		bsearch(&key, applied->migrations->list,
			applied->migrations->count, sizeof(key), by_version);

	if (!found)
		return fail(work, ERR_CONFLICT,
			    "the database has %s, which is not in %s: it "
			    "belongs to a newer version",
			    applied->name, work->conf->schema_dir);
	found->applied_at = applied->applied_at;
	found->changed = strcmp(found->checksum, applied->checksum) != 0;
	applied->migrations->pending--;
	return true;
}

static bool read_applied(struct migrations *migrations, struct work *work)
{
	struct applied applied = { .migrations = migrations };

	return db_each(work,
		       "SELECT version, name, checksum, applied_at"
		       " FROM schema_migrations ORDER BY version",
		       DB_NO_IN,
		       DB_OUT(db_int_to(&applied.version),
			      db_text_to(&applied.name),
			      db_text_to(&applied.checksum),
			      db_time_to(&applied.applied_at)),
		       match, &applied);
}

bool migrate_status(struct migrations *migrations, struct work *work)
{
	struct migrations got;
	bool begun = false;

	if (!read_folder(&got, work) ||
	    !db_one(work,
		    "SELECT COUNT(*) FROM information_schema.tables"
		    " WHERE table_schema = DATABASE()"
		    " AND table_name = 'schema_migrations'",
		    DB_NO_IN, DB_OUT(db_bool_to(&begun))) ||
	    (begun && !read_applied(&got, work)))
		return false;
	*migrations = got;
	return true;
}

/* The lock */

struct lock {
	const char *owner;
	bool taken;
	/* statements of migration `version` that are done */
	int64_t version, done;
};

static bool create_tables(struct work *work)
{
	return db_script(work, "CREATE TABLE IF NOT EXISTS schema_migrations ("
			       "version INT NOT NULL PRIMARY KEY,"
			       " name VARCHAR(255) NOT NULL,"
			       " checksum CHAR(64) NOT NULL,"
			       " applied_at DATETIME(6) NOT NULL)"
			       " ENGINE=InnoDB DEFAULT CHARSET=utf8mb4"
			       " COLLATE=utf8mb4_bin") &&
	       db_script(work, "CREATE TABLE IF NOT EXISTS schema_lock ("
			       "id INT NOT NULL PRIMARY KEY,"
			       " owner VARCHAR(255) NOT NULL,"
			       " leased_until DATETIME(6) NOT NULL,"
			       " version INT NOT NULL,"
			       " done INT NOT NULL)"
			       " ENGINE=InnoDB DEFAULT CHARSET=utf8mb4"
			       " COLLATE=utf8mb4_bin") &&
	       db_do(work, NULL,
		     "INSERT IGNORE INTO schema_lock"
		     " (id, owner, leased_until, version, done)"
		     " VALUES (1, '', UTC_TIMESTAMP(6), 0, 0)",
		     DB_NO_IN);
}

static const char *name_owner(struct pool *pool)
{
	char host[65] = "";
	char random[9];
	uint8_t bytes[4];

	gethostname(host, sizeof(host) - 1);
	crypt_random(bytes, sizeof(bytes));
	text_hex(random, bytes, sizeof(bytes));
	return pool_printf(pool, "%s:%d:%s", host, (int)getpid(), random);
}

static bool try_lock(struct work *work, void *arg)
{
	struct lock *lock = arg;
	uint64_t changed;

	if (!db_do(work, &changed,
		   "UPDATE schema_lock SET owner = ?,"
		   " leased_until = UTC_TIMESTAMP(6) + INTERVAL 10 MINUTE"
		   " WHERE id = 1 AND (owner IN ('', ?)"
		   " OR leased_until < UTC_TIMESTAMP(6))",
		   DB_IN(db_text(lock->owner), db_text(lock->owner))))
		return false;
	lock->taken = changed;
	return true;
}

static bool blame_owner(struct work *work)
{
	const char *owner;
	int64_t until;

	if (!db_one(work,
		    "SELECT owner, leased_until FROM schema_lock WHERE id = 1",
		    DB_NO_IN, DB_OUT(db_text_to(&owner), db_time_to(&until))))
		return false;
	return fail(work, ERR_CONFLICT,
		    "%s applies the schema; its lock ends at %s, if not before",
		    *owner ? owner : "another process",
		    clock_text(work->pool, until));
}

static bool take_lock(struct lock *lock, struct work *work, long wait_seconds)
{
	const int64_t end = clock_monotonic_ms() + wait_seconds * 1000;

	lock->owner = name_owner(work->pool);
	while (db_transaction(work, try_lock, lock)) {
		if (lock->taken)
			return db_one(work,
				      "SELECT version, done FROM schema_lock"
				      " WHERE id = 1",
				      DB_NO_IN,
				      DB_OUT(db_int_to(&lock->version),
					     db_int_to(&lock->done)));
		if (clock_monotonic_ms() >= end)
			return blame_owner(work);
		nanosleep(&(struct timespec){ .tv_nsec = LOOK_MS * 1000000 },
			  NULL);
	}
	return false;
}

/* Counts a statement and renews the lease, which lasts longer than any
   statement may take. */
static bool count_done(struct lock *lock, struct work *work, int64_t version,
		       int64_t done)
{
	uint64_t changed;

	if (!db_do(work, &changed,
		   "UPDATE schema_lock SET version = ?, done = ?,"
		   " leased_until = UTC_TIMESTAMP(6) + INTERVAL 10 MINUTE"
		   " WHERE id = 1 AND owner = ?",
		   DB_IN(db_int(version), db_int(done), db_text(lock->owner))))
		return false;
	if (!changed)
		return fail(
			work, ERR_CONFLICT,
			"the lease ended, and another process took the lock");
	lock->version = version;
	lock->done = done;
	return true;
}

/* Keeps the lock if a statement may still run in the server: the lease covers
   the longest statement. */
static void release_lock(struct work *work, const struct lock *lock, bool done)
{
	struct work aside = *work;

	if (!done && work->err == ERR_UNAVAILABLE)
		return;
	if (!db_do(&aside, NULL,
		   "UPDATE schema_lock SET owner = '' WHERE id = 1"
		   " AND owner = ?",
		   DB_IN(db_text(lock->owner))))
		log_failure(&aside, "schema_lock");
}

/* Applying */

static bool carry_out(struct lock *lock, struct work *work,
		      const struct migration *migration)
{
	const int64_t skip =
		lock->version == migration->version ? lock->done : 0;
	const char *rest, *statement;
	struct buf *text;

	if (!read_file(&text, work, migration->name))
		return false;
	rest = text->data;
	for (int64_t i = 1;; i++) {
		if (!script_next(&statement, work, &rest, migration->name))
			return false;
		if (!statement)
			return true;
		if (i <= skip)
			continue;
		if (!db_script(work, statement))
			return fail(work, work->err, "%s, statement %d: %s",
				    migration->name, (int)i, work->why);
		if (!count_done(lock, work, migration->version, i))
			return false;
	}
}

static bool insert_migration(struct migration *migration, struct work *work)
{
	return db_do(work, NULL,
		     "INSERT INTO schema_migrations"
		     " (version, name, checksum, applied_at)"
		     " VALUES (?, ?, ?, UTC_TIMESTAMP(6))",
		     DB_IN(db_int(migration->version), db_text(migration->name),
			   db_text(migration->checksum))) &&
	       db_one(work,
		      "SELECT applied_at FROM schema_migrations"
		      " WHERE version = ?",
		      DB_IN(db_int(migration->version)),
		      DB_OUT(db_time_to(&migration->applied_at)));
}

static bool check_unchanged(struct work *work,
			    const struct migrations *migrations)
{
	for (size_t i = 0; i < migrations->count; i++)
		if (migrations->list[i].changed)
			return fail(work, ERR_CONFLICT,
				    "%s/%s has changed since it was applied",
				    work->conf->schema_dir,
				    migrations->list[i].name);
	return true;
}

static bool apply_pending(struct lock *lock, struct work *work, int64_t last,
			  void (*note)(const struct migration *applied))
{
	struct migrations migrations;

	/* Another process may have applied some while this one waited for the
	   lock. */
	if (!migrate_status(&migrations, work) ||
	    !check_unchanged(work, &migrations))
		return false;
	for (size_t i = 0; i < migrations.count; i++) {
		struct migration *migration = &migrations.list[i];

		if (migration->applied_at || migration->version > last)
			continue;
		if (!carry_out(lock, work, migration) ||
		    !insert_migration(migration, work))
			return false;
		if (note)
			note(migration);
	}
	return true;
}

bool migrate_apply_to(struct work *work, int64_t last, long wait_seconds,
		      void (*note)(const struct migration *applied))
{
	struct migrations migrations;
	struct lock lock = { 0 };
	bool done;

	/* Checks first, so that nothing is written to a database of a newer
	   version. */
	if (!migrate_status(&migrations, work) ||
	    !check_unchanged(work, &migrations))
		return false;
	if (!migrations.pending)
		return true;
	if (!create_tables(work) || !take_lock(&lock, work, wait_seconds))
		return false;
	done = apply_pending(&lock, work, last, note);
	release_lock(work, &lock, done);
	return done;
}

bool migrate_apply(struct work *work, long wait_seconds,
		   void (*note)(const struct migration *applied))
{
	return migrate_apply_to(work, INT64_MAX, wait_seconds, note);
}
