#ifndef LIB_SERVICE_RESTORE_H
#define LIB_SERVICE_RESTORE_H

#include "lib/base/work.h"
#include "lib/service/backup_folder.h"

/*
 * Restores a backup into a database without tables and a store without files,
 * while no program of pixtier runs. First copies the files, then loads the
 * rows; the migrations count as applied only after the last row. An interrupted
 * restore of the same backup may run again and completes.
 *
 * A backup of an older version is restored with its migrations; the newer
 * migrations are applied after that.
 */
struct restore_request {
	const char *dir;
	backup_progress *progress;
	void *progress_arg;
};

struct restore_result {
	struct backup_summary summary;
	int64_t files;
	int64_t deleted; /* images and variants deleted during the backup */
	int64_t missing; /* files that the backup has not, or not unharmed; each
			    is logged */
	uint64_t jobs;   /* queued again, because they ran */
};

/* ERR_CONFLICT if the installation is not empty, the backup belongs to a newer
   version, or its rows or keys are damaged. Opens the store itself. */
bool restore_run(struct restore_result *result, struct work *work,
		 const struct restore_request *request) MUST_CHECK;

#endif
