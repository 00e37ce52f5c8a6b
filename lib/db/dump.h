#ifndef LIB_DB_DUMP_H
#define LIB_DB_DUMP_H

#include <stdint.h>
#include <stdio.h>

#include "lib/base/work.h"

/*
 * Rows as a text of SQL, which the command line client also reads: INSERT
 * statements, one a line. Numbers stand as digits, binary values as X'..', all
 * others as quoted text in UTF-8. Generated columns are not supported.
 */

/* Writes all rows of the table, in the order of its primary key, with constant
   memory. Part of db_snapshot(). */
bool dump_table(struct work *work, FILE *out, const char *table) MUST_CHECK;

/* Runs all statements of the file, in order. ERR_CONFLICT names the line that
   is not a statement of dump_table(). */
bool dump_load(struct work *work, FILE *in) MUST_CHECK;

/* Deletes all rows, or the table, if it exists. */
bool dump_clear(struct work *work, const char *table) MUST_CHECK;
bool dump_drop(struct work *work, const char *table) MUST_CHECK;

#endif
