#ifndef LIB_SERVICE_BACKUP_VERIFY_H
#define LIB_SERVICE_BACKUP_VERIFY_H

#include "lib/base/work.h"
#include "lib/service/backup_folder.h"

/* Compares the files of a backup with SHA256SUMS, and logs each difference.
   Reads no settings and no database. */
struct backup_verify {
	struct backup_summary summary;
	int64_t checked; /* files */
	int64_t missing, damaged;
	int64_t unknown; /* files in objects/ that SHA256SUMS does not have */
};
bool backup_verify(struct backup_verify *found, struct work *work,
		   const char *dir, backup_progress *progress,
		   void *progress_arg) MUST_CHECK;

#endif
