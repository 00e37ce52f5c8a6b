#ifndef LIB_SERVICE_BACKUP_FOLDER_H
#define LIB_SERVICE_BACKUP_FOLDER_H

#include <stdint.h>
#include <stdio.h>

#include "lib/base/work.h"

/*
 * The folder of a backup:
 *   database.sql  the rows of the tables in snapshot.h, of one moment
 *   deleted       keys of files in these rows that were deleted while the
 *                 backup ran, one a line; a restore deletes their rows
 *   objects/      the files of the store, in the store's folders
 *   keys          keys_file, if it was asked for
 *   SHA256SUMS    a line of sha256sum(1) for each file above: originals by
 *                 key, then variants by key, then the other files
 *   backup.json   the summary, with the SHA-256 of SHA256SUMS
 * While it is made, its name ends in BACKUP_FOLDER_UNFINISHED.
 */
#define BACKUP_FOLDER_DATABASE   "database.sql"
#define BACKUP_FOLDER_DELETED    "deleted"
#define BACKUP_FOLDER_KEYS       "keys"
#define BACKUP_FOLDER_MANIFEST   "SHA256SUMS"
#define BACKUP_FOLDER_SUMMARY    "backup.json"
#define BACKUP_FOLDER_UNFINISHED ".unfinished"

enum { BACKUP_FOLDER_HEX = 65, BACKUP_FOLDER_PATH = 160 };

struct backup_summary {
	int64_t schema; /* the version of the last migration */
	int64_t images; /* originals */
	int64_t files;  /* originals and variants */
	int64_t bytes;  /* of these files */
	bool keys;
	const char *started_at;
	char manifest[BACKUP_FOLDER_HEX]; /* SHA-256 of SHA256SUMS */
};

/* Reports the progress of a long step: `done` of `total`. */
typedef void backup_progress(void *arg, int64_t done, int64_t total);

/* Writes the summary, which is the last file of a backup. */
bool backup_folder_end(struct work *work, const char *dir,
		       const struct backup_summary *summary) MUST_CHECK;

/* Reads the summary and checks the SHA-256 of SHA256SUMS. ERR_NOT_FOUND if the
   folder is not a backup; ERR_CONFLICT if it is damaged or has another
   format. */
bool backup_folder_open(struct backup_summary *summary, struct work *work,
			const char *dir) MUST_CHECK;

/* One line of SHA256SUMS. */
struct backup_entry {
	char sha256[BACKUP_FOLDER_HEX];
	char path[BACKUP_FOLDER_PATH]; /* in the folder */
};

/* The key in the store; NULL for other files than those of the store. */
const char *backup_entry_key(const struct backup_entry *entry);

/* Compares by the order of SHA256SUMS, as strcmp() does. */
int backup_entry_compare(const struct backup_entry *a,
			 const struct backup_entry *b);

bool backup_entry_write(struct work *work, FILE *manifest, const char *sha256,
			const char *path) MUST_CHECK;

/* Calls `visit` for each line of SHA256SUMS, with a pool of its own, until it
   returns false. ERR_CONFLICT if a line is not one of a backup. */
bool backup_folder_each(struct work *work, const char *dir,
			bool (*visit)(struct work *work,
				      const struct backup_entry *entry,
				      void *arg),
			void *arg) MUST_CHECK;

/* Reads the next line. False: `end` says whether it was the end, else the work
   has failed. */
bool backup_entry_read(struct backup_entry *entry, bool *end, struct work *work,
		       FILE *manifest) MUST_CHECK;

/* Opens a file of the folder; freeing the pool closes it. ERR_NOT_FOUND. */
bool backup_folder_get(int *fd, struct work *work, const char *dir,
		       const char *path) MUST_CHECK;

/* Computes the SHA-256 of a file in the folder. ERR_NOT_FOUND. */
bool backup_folder_sum(char sha256[BACKUP_FOLDER_HEX], struct work *work,
		       const char *dir, const char *path) MUST_CHECK;

/* Opens a file as fopen() does; freeing the pool closes it. */
bool backup_folder_stream(FILE **file, struct work *work, const char *dir,
			  const char *path, const char *mode) MUST_CHECK;

/* Copies `fd` to a new file, and computes its SHA-256. Removes the file if that
   fails. */
bool backup_folder_copy(char sha256[BACKUP_FOLDER_HEX], struct work *work,
			int fd, const char *to) MUST_CHECK;

#endif
