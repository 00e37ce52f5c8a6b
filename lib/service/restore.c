/* restore.c: restores a backup into an empty installation. */
#include "config.h"

#include "lib/service/restore.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/conf.h"
#include "lib/base/crypt.h"
#include "lib/base/log.h"
#include "lib/base/pool.h"
#include "lib/base/text.h"
#include "lib/db/db.h"
#include "lib/db/dump.h"
#include "lib/db/migrate.h"
#include "lib/model/image.h"
#include "lib/model/snapshot.h"
#include "lib/model/variant.h"
#include "lib/service/purge.h"
#include "lib/store/store.h"

enum { WAIT_SECONDS = 60, PIECE = 1 << 16, LINE = 256 };

struct restoring {
	struct work *work;
	const struct restore_request *request;
	struct restore_result *result;
	const char *marker; /* a file that exists until all is done */
	const char *claim;  /* what it says */
	bool found_file;
};

/* Checks, before anything is written */

static bool check_schema(struct restoring *r)
{
	struct migrations migrations = { 0 };
	int64_t newest;

	if (!migrate_status(&migrations, r->work))
		return false;
	newest = migrations.list[migrations.count - 1].version;
	return r->result->summary.schema <= newest ||
	       fail(r->work, ERR_CONFLICT,
		    "%s has the schema %lld, but this version of pixtier has "
		    "%lld: install the version that made the backup",
		    r->request->dir, (long long)r->result->summary.schema,
		    (long long)newest);
}

/* The programs could not use files of another account. */
static bool check_account(struct restoring *r)
{
	const char *dir = r->work->conf->store_dir;
	const struct passwd *owner;
	struct stat st;

	if (stat(dir, &st))
		return fail_errno(r->work, "store_dir: cannot examine %s", dir);
	if (st.st_uid == geteuid())
		return true;
	owner = getpwuid(st.st_uid);
	return fail(r->work, ERR_CONFLICT,
		    "%s belongs to %s: run this command as that account", dir,
		    owner ? owner->pw_name : "another account");
}

static bool check_other(struct work *work, const struct backup_entry *entry,
			void *arg)
{
	const struct restoring *r = arg;
	const char *dir = r->request->dir;
	char sum[BACKUP_FOLDER_HEX] = "";

	if (backup_entry_key(entry))
		return true;
	if (!backup_folder_sum(sum, work, dir, entry->path) &&
	    work->err != ERR_NOT_FOUND)
		return false;
	return !strcmp(sum, entry->sha256) ||
	       fail(work, ERR_CONFLICT,
		    "%s/%s is missing or damaged: use another backup", dir,
		    entry->path);
}

static bool check_others(struct restoring *r)
{
	return backup_folder_each(r->work, r->request->dir, check_other, r);
}

/* The claim */

static bool find_file(struct work *work, const char *key, int64_t bytes,
		      int64_t changed_at, void *arg)
{
	struct restoring *r = arg;

	(void)work;
	(void)key;
	(void)bytes;
	(void)changed_at;
	r->found_file = true;
	return false;
}

static bool check_store_empty(struct restoring *r)
{
	struct work *work = r->work;

	if (store_each(work, find_file, r))
		return true;
	return r->found_file ? fail(work, ERR_CONFLICT,
				    "%s has files: a restore needs an empty "
				    "store (store_dir)",
				    work->conf->store_dir)
			     : false;
}

static bool check_database_empty(struct restoring *r)
{
	struct work *work = r->work;
	int64_t count;

	if (!snapshot_count_tables(&count, work))
		return false;
	return !count ||
	       fail(work, ERR_CONFLICT,
		    "the database %s has %lld tables: a restore needs an empty "
		    "database (db_name)",
		    work->conf->db_name, (long long)count);
}

static bool drop_tables(struct work *work)
{
	for (size_t i = snapshot_table_count; i--;)
		if (!dump_drop(work, snapshot_tables[i]))
			return false;
	for (size_t i = 0; i < snapshot_process_table_count; i++)
		if (!dump_drop(work, snapshot_process_tables[i]))
			return false;
	return true;
}

static bool write_claim(struct restoring *r)
{
	struct work *work = r->work;
	int fd = open(r->marker, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	const size_t len = strlen(r->claim);
	bool written = fd >= 0 && write(fd, r->claim, len) == (ssize_t)len &&
		       !fsync(fd);

	if (!written)
		fail_errno(work, "cannot write %s", r->marker);
	if (fd >= 0)
		close(fd);
	return written;
}

static bool is_own_claim(const struct restoring *r, FILE *file)
{
	char line[2 * LINE] = "";

	return fgets(line, sizeof(line), file) && !strcmp(line, r->claim);
}

/* The first run found the database empty, so all tables are from it. */
static bool claim_again(struct restoring *r, FILE *file)
{
	struct work *work = r->work;
	const bool own = is_own_claim(r, file);

	fclose(file);
	if (!own)
		return fail(work, ERR_CONFLICT,
			    "%s is from the restore of another backup or "
			    "database, which did not end: empty the store and "
			    "the database",
			    r->marker);
	return drop_tables(work) && check_database_empty(r);
}

static bool claim(struct restoring *r)
{
	struct work *work = r->work;
	FILE *file;

	r->marker = pool_printf(work->pool, "%s/restore.unfinished",
				work->conf->store_dir);
	r->claim =
		pool_printf(work->pool, "%s %.64s\n",
			    r->result->summary.manifest, work->conf->db_name);
	file = fopen(r->marker, "re");
	if (file)
		return claim_again(r, file);
	return check_store_empty(r) && check_database_empty(r) &&
	       write_claim(r);
}

static bool release_claim(struct restoring *r)
{
	return !unlink(r->marker) ||
	       fail_errno(r->work, "cannot remove %s", r->marker);
}

/* The keys */

static bool copy_keys(struct work *work, const char *dir, const char *path)
{
	const char *temp = pool_printf(work->pool, "%s.new", path);
	char sum[BACKUP_FOLDER_HEX];
	int fd;

	unlink(temp); /* an interrupted restore may have left it */
	return backup_folder_get(&fd, work, dir, BACKUP_FOLDER_KEYS) &&
	       backup_folder_copy(sum, work, fd, temp) &&
	       (!rename(temp, path) ||
		fail_errno(work, "keys_file: cannot make %s", path));
}

/* The file may be a symbolic link. */
static bool sum_present(char sha256[BACKUP_FOLDER_HEX], struct work *work,
			const char *path)
{
	uint8_t sum[CRYPT_SHA256_SIZE];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool done;

	if (fd < 0)
		return fail_errno(work, "keys_file: cannot read %s", path);
	done = store_sum(sum, work, fd);
	close(fd);
	if (done)
		text_hex(sha256, sum, sizeof(sum));
	return done;
}

static bool restore_keys(struct restoring *r)
{
	struct work *work = r->work;
	const char *path = work->conf->keys_file;
	char sum[BACKUP_FOLDER_HEX], present[BACKUP_FOLDER_HEX];

	if (!r->result->summary.keys)
		return true;
	if (access(path, F_OK))
		return copy_keys(work, r->request->dir, path);
	if (!backup_folder_sum(sum, work, r->request->dir,
			       BACKUP_FOLDER_KEYS) ||
	    !sum_present(present, work, path))
		return false;
	return !strcmp(sum, present) ||
	       fail(work, ERR_CONFLICT,
		    "keys_file: %s has other keys than the backup: move it "
		    "away",
		    path);
}

/* The files */

/* What was public before may not be so in the backup. */
static bool unpublish(struct work *work, struct uuid image, const char *name,
		      void *arg)
{
	(void)name;
	(void)arg;
	return store_unpublish(work, image);
}

static bool has_already(bool *has, struct work *work,
			const struct backup_entry *entry)
{
	uint8_t sum[CRYPT_SHA256_SIZE];
	char hex[BACKUP_FOLDER_HEX];
	int fd;

	*has = false;
	if (!store_get(&fd, work, backup_entry_key(entry)))
		return work->err == ERR_NOT_FOUND;
	if (!store_sum(sum, work, fd))
		return false;
	text_hex(hex, sum, sizeof(sum));
	*has = !strcmp(hex, entry->sha256);
	return true;
}

static bool read_into(struct store_temp *temp, struct work *work, int fd)
{
	char *piece = pool_alloc(work->pool, PIECE);
	ssize_t got;

	while ((got = read(fd, piece, PIECE)) > 0)
		if (!store_temp_write(temp, work, piece, (size_t)got))
			return false;
	if (got < 0)
		return fail_errno(work, "cannot read a file of the backup");
	store_temp_end(temp);
	return true;
}

static bool report_missing(struct restoring *r,
			   const struct backup_entry *entry)
{
	r->result->missing++;
	LOG_EVENT(LOG_LEVEL_ERROR, "file_missing_or_damaged",
		  log_text("file", entry->path));
	return true;
}

static bool copy_file(struct restoring *r, struct work *work,
		      const struct backup_entry *entry)
{
	struct store_file file = { .key = backup_entry_key(entry) };
	char sum[BACKUP_FOLDER_HEX];
	int fd;

	if (!backup_folder_get(&fd, work, r->request->dir, entry->path))
		return work->err == ERR_NOT_FOUND && report_missing(r, entry);
	if (!store_temp_new(&file.temp, work) ||
	    !read_into(file.temp, work, fd))
		return false;
	text_hex(sum, file.temp->sha256, sizeof(file.temp->sha256));
	if (strcmp(sum, entry->sha256))
		return report_missing(r, entry);
	return store_move(work, &file);
}

static bool restore_file(struct work *work, const struct backup_entry *entry,
			 void *arg)
{
	struct restoring *r = arg;
	bool has;

	if (!backup_entry_key(entry))
		return true;
	if (!has_already(&has, work, entry) ||
	    (!has && !copy_file(r, work, entry)))
		return false;
	r->request->progress(r->request->progress_arg, ++r->result->files,
			     r->result->summary.files);
	return true;
}

/* Until the end, an interrupted restore compares each file when it runs again:
   one wait for the disk is enough. */
static bool restore_files(struct restoring *r)
{
	return store_each_public(r->work, unpublish, NULL) &&
	       backup_folder_each(r->work, r->request->dir, restore_file, r) &&
	       store_sync_all(r->work);
}

/* The rows */

/* The migrations insert rows, such as tiers, and count as applied only when the
   rows of schema_migrations are loaded, which are the last. */
static bool make_tables(struct restoring *r)
{
	struct work *work = r->work;

	if (!migrate_apply_to(work, r->result->summary.schema, WAIT_SECONDS,
			      NULL))
		return false;
	for (size_t i = snapshot_table_count; i--;)
		if (!dump_clear(work, snapshot_tables[i]))
			return false;
	return true;
}

static bool load_rows(struct restoring *r)
{
	FILE *file;

	return make_tables(r) &&
	       backup_folder_stream(&file, r->work, r->request->dir,
				    BACKUP_FOLDER_DATABASE, "re") &&
	       dump_load(r->work, file);
}

/* Deleting an image deletes the rows of its variants, and a variant may be
   marked for deletion already. */
static bool delete_row(struct work *work, char *key)
{
	char hex[UUID_HEX_SIZE] = "";
	struct image image;
	struct uuid id;

	key[strcspn(key, "\n")] = '\0';
	if (!purge_is_own(key))
		return fail(work, ERR_CONFLICT,
			    "%s: expected keys of the store, found \"%.60s\"",
			    BACKUP_FOLDER_DELETED, key);
	memcpy(hex, key, UUID_HEX_SIZE - 1);
	if (!text_unhex(id.bytes, sizeof(id.bytes), hex))
		return fail(work, ERR_INTERNAL, "%s is not a key", key);
	if (variant_is_original(key + UUID_HEX_SIZE)
		    ? image_find(&image, work, id) && purge_image(work, &image)
		    : purge_variant(work, id, key + UUID_HEX_SIZE))
		return true;
	return work->err == ERR_NOT_FOUND || work->err == ERR_CONFLICT;
}

static bool delete_rows(struct restoring *r)
{
	struct work *work = r->work;
	char line[LINE];
	bool good = true;
	FILE *file;

	if (!backup_folder_stream(&file, work, r->request->dir,
				  BACKUP_FOLDER_DELETED, "re"))
		return false;
	while (good && fgets(line, sizeof(line), file)) {
		struct pool *outer = work_pool_begin(work);

		good = delete_row(work, line);
		work_pool_end(work, outer);
		r->result->deleted += good;
	}
	return good;
}

static bool restore_rows(struct restoring *r)
{
	return load_rows(r) && migrate_apply(r->work, WAIT_SECONDS, NULL) &&
	       delete_rows(r) &&
	       snapshot_requeue_running(&r->result->jobs, r->work);
}

bool restore_run(struct restore_result *result, struct work *work,
		 const struct restore_request *request)
{
	struct store *store = pool_alloc(work->pool, sizeof(*store));
	struct restoring r = { .work = work,
			       .request = request,
			       .result = result };

	*result = (struct restore_result){ 0 };
	return backup_folder_open(&result->summary, work, request->dir) &&
	       check_schema(&r) && check_account(&r) && check_others(&r) &&
	       store_open(store, work) && claim(&r) && restore_keys(&r) &&
	       restore_files(&r) && restore_rows(&r) && release_claim(&r);
}
