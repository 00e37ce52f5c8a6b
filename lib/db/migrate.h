#ifndef LIB_DB_MIGRATE_H
#define LIB_DB_MIGRATE_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/work.h"

/*
 * Applies the files NNNN-words.sql of the setting schema_dir, in order, each
 * once, and records each in schema_migrations with its SHA-256. A row of
 * schema_lock with a lease of ten minutes allows one process at a time on all
 * nodes of a cluster (GET_LOCK works only on one node). The row also counts the
 * statements done, so that an interrupted migration continues after them. The
 * lock of a process that dies or loses its connection ends with its lease.
 */
struct migration {
	int64_t version;    /* NNNN */
	const char *name;   /* the file's name */
	char checksum[65];  /* SHA-256 of the file, hexadecimal */
	int64_t applied_at; /* microseconds; 0: not applied */
	bool changed;       /* applied, but the file has another checksum now */
};

struct migrations {
	struct migration *list;
	size_t count;
	size_t pending;
};

/* Also works on an empty database. ERR_CONFLICT if the database has a version
   that the folder does not have. */
bool migrate_status(struct migrations *migrations,
		    struct work *work) MUST_CHECK;

/* Applies pending migrations and calls `note` (may be NULL) after each.
   ERR_CONFLICT if an applied file has changed, or if another process holds the
   lock for longer than `wait_seconds`. Times are the database's.
   migrate_apply_to() stops after the migration with the version `last`. */
bool migrate_apply_to(struct work *work, int64_t last, long wait_seconds,
		      void (*note)(const struct migration *applied)) MUST_CHECK;
bool migrate_apply(struct work *work, long wait_seconds,
		   void (*note)(const struct migration *applied)) MUST_CHECK;

#endif
