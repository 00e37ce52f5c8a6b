#ifndef LIB_DB_MIGRATE_H
#define LIB_DB_MIGRATE_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/work.h"

/*
 * The files NNNN-words.sql of the setting schema_dir, in order, each applied
 * once and recorded in schema_migrations with its SHA-256. One process applies
 * at a time: a row of schema_lock with a lease of ten minutes keeps others out
 * on every node of a cluster (GET_LOCK is local to one), and counts the
 * statements done: what was cut short is resumed after them. The lock of a
 * process that died or lost its connection ends with its lease.
 */
struct migration {
	int64_t version;    /* NNNN */
	const char *name;   /* the file's name */
	char checksum[65];  /* of the file, hexadecimal */
	int64_t applied_at; /* microseconds; 0: not yet */
	bool changed;       /* applied, but with another checksum */
};

struct migrations {
	struct migration *list;
	size_t count;
	size_t pending;
};

/* Works on an empty database too. ERR_CONFLICT when the database has a version
   that the folder does not know. */
bool migrate_status(struct migrations *migrations,
		    struct work *work) MUST_CHECK;

/* Applies what is pending; `note` (may be NULL) hears of each. ERR_CONFLICT
   when an applied file has changed or another process holds the lock for
   longer than `wait_seconds`. Times are the database's. */
bool migrate_apply(struct work *work, long wait_seconds,
		   void (*note)(const struct migration *applied)) MUST_CHECK;

#endif
