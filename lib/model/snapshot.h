#ifndef LIB_MODEL_SNAPSHOT_H
#define LIB_MODEL_SNAPSHOT_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/work.h"

struct check_file;

/* What a backup has of the database, and what a restore needs of it. */

/* The tables of a backup. A table follows those that its foreign keys refer to;
   schema_migrations is the last, so that a database whose restore did not end
   lacks its migrations. */
extern const char *const snapshot_tables[];
extern const size_t snapshot_table_count;

/* The tables that say which processes run. A backup does not have them. */
extern const char *const snapshot_process_tables[];
extern const size_t snapshot_process_table_count;

/* Lists the originals of all images that have one, also of those that are
   processing or failed, with ids above that of `last`, by id, at most
   `limit`. */
bool snapshot_list_originals(struct check_file **files, size_t *count,
			     struct work *work, const struct check_file *last,
			     int64_t limit) MUST_CHECK;

/* Counts the tables of the database, of whatever name. */
bool snapshot_count_tables(int64_t *count, struct work *work) MUST_CHECK;

/* Queues the jobs again that ran when the snapshot was made: no worker has
   them. That attempt does not count. */
bool snapshot_requeue_running(uint64_t *count, struct work *work) MUST_CHECK;

#endif
