#ifndef LIB_SERVICE_BACKUP_H
#define LIB_SERVICE_BACKUP_H

#include "lib/base/work.h"
#include "lib/service/backup_folder.h"

/*
 * Makes a backup while the service runs. All rows are of one moment; every
 * image that a client has a response for by then is in it.
 *
 * The files are linked or copied after that moment, so a client, the retention
 * or a worker may delete one in between. The backup then lists the file in
 * `deleted`, and a restore deletes its row as the service has done: what a
 * client deletes while the backup runs is deleted in the restored service, too.
 * So nothing in the service waits for a backup.
 */
struct backup_request {
	const char *dir;  /* must not exist */
	const char *base; /* an earlier backup, or NULL: files that are the same
			     there are linked instead of copied */
	bool keys;        /* also copy keys_file */
	backup_progress *progress;
	void *progress_arg;
};

struct backup_result {
	struct backup_summary summary;
	int64_t linked, copied;
	int64_t deleted; /* files deleted while the backup ran */
	int64_t missing; /* files that rows refer to, but the store does not
			    have unharmed; each is logged */
	bool replaced;   /* an unfinished backup to the same folder */
};

/* ERR_CONFLICT if the folder exists or another process writes it. */
bool backup_make(struct backup_result *result, struct work *work,
		 const struct backup_request *request) MUST_CHECK;

#endif
