/* backup_verify.c: compares a backup with its list of files. */
#include "config.h"

#include "lib/service/backup_verify.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>

#include "lib/base/log.h"
#include "lib/base/pool.h"

enum { SHARDS = 256 };

struct verifying {
	struct backup_verify *found;
	const char *dir;
	backup_progress *progress;
	void *progress_arg;
	int64_t stored; /* files of the store that are there */
};

static void report(int64_t *count, const char *event, const char *path)
{
	++*count;
	LOG_EVENT(LOG_LEVEL_ERROR, event, log_text("file", path));
}

static bool compare(struct verifying *v, struct work *work,
		    const struct backup_entry *entry)
{
	char sum[BACKUP_FOLDER_HEX];

	v->found->checked++;
	if (!backup_folder_sum(sum, work, v->dir, entry->path)) {
		if (work->err != ERR_NOT_FOUND)
			return false;
		report(&v->found->missing, "file_missing", entry->path);
		return true;
	}
	v->stored += backup_entry_key(entry) != NULL;
	if (strcmp(sum, entry->sha256))
		report(&v->found->damaged, "file_damaged", entry->path);
	return true;
}

static bool check_entry(struct work *work, const struct backup_entry *entry,
			void *arg)
{
	struct verifying *v = arg;

	if (!compare(v, work, entry))
		return false;
	v->progress(v->progress_arg, v->found->checked,
		    v->found->summary.files);
	return true;
}

static bool count_files(int64_t *count, struct work *work, const char *path)
{
	DIR *dir = opendir(path);
	const struct dirent *entry;

	if (!dir)
		return errno == ENOENT ||
		       fail_errno(work, "cannot read %s", path);
	while ((entry = readdir(dir)))
		*count += *entry->d_name != '.';
	closedir(dir);
	return true;
}

static bool count_unknown(struct verifying *v, struct work *work)
{
	int64_t count = 0;

	for (int i = 0; i < SHARDS; i++)
		if (!count_files(&count, work,
				 pool_printf(work->pool, "%s/objects/%02x",
					     v->dir, i)))
			return false;
	v->found->unknown = count - v->stored;
	return true;
}

bool backup_verify(struct backup_verify *found, struct work *work,
		   const char *dir, backup_progress *progress,
		   void *progress_arg)
{
	struct verifying v = { .found = found,
			       .dir = dir,
			       .progress = progress,
			       .progress_arg = progress_arg };

	*found = (struct backup_verify){ 0 };
	return backup_folder_open(&found->summary, work, dir) &&
	       backup_folder_each(work, dir, check_entry, &v) &&
	       count_unknown(&v, work);
}
