/* backup.c: makes a backup of the database and the store. */
#include "config.h"

#include "lib/service/backup.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/conf.h"
#include "lib/base/crypt.h"
#include "lib/base/log.h"
#include "lib/base/pool.h"
#include "lib/base/text.h"
#include "lib/db/db.h"
#include "lib/db/dump.h"
#include "lib/db/migrate.h"
#include "lib/model/check.h"
#include "lib/model/snapshot.h"
#include "lib/model/variant.h"
#include "lib/store/store.h"

enum { BATCH = 500, MAX_DEPTH = 8, SHARDS = 256, LINE = 256 };

/* The file whose presence says that a folder is an unfinished backup. */
static const char marker[] = "UNFINISHED";
static const char listing[] = "files";

struct making {
	struct work *work;
	const struct backup_request *request;
	struct backup_result *result;
	const char *dir; /* the unfinished folder */
	int lock;
	FILE *database, *files, *manifest, *deleted;
	int64_t total, done; /* files */
	int64_t started_s;   /* by the store's clock */

	/* The position in the SHA256SUMS of the earlier backup. */
	FILE *base;
	struct backup_entry base_entry;
};

/* The folder */

static int remove_below(const char *path, const struct stat *st, int type,
			struct FTW *walk)
{
	(void)st;
	(void)type;
	return walk->level ? remove(path) : 0;
}

static bool make_folder(struct work *work, const char *path)
{
	return !mkdir(path, 0700) || errno == EEXIST ||
	       fail_errno(work, "cannot make %s", path);
}

static bool make_folders(struct making *m)
{
	struct work *work = m->work;
	const char *path = pool_printf(work->pool, "%s/objects", m->dir);

	if (!make_folder(work, path))
		return false;
	for (int i = 0; i < SHARDS; i++)
		if (!make_folder(work,
				 pool_printf(work->pool, "%s/objects/%02x",
					     m->dir, i)))
			return false;
	return true;
}

static bool put_marker(struct making *m)
{
	FILE *file;

	return backup_folder_stream(&file, m->work, m->dir, marker, "we") &&
	       (fputs("This backup is not complete. The next `pixtierctl "
		      "backup` to the same folder replaces it.\n",
		      file) >= 0 ||
		fail_errno(m->work, "cannot write %s/%s", m->dir, marker));
}

static bool has_file(struct making *m, const char *name)
{
	return !faccessat(m->lock, name, F_OK, AT_SYMLINK_NOFOLLOW);
}

static bool replace_unfinished(struct making *m)
{
	const bool ours =
		has_file(m, marker) || has_file(m, BACKUP_FOLDER_DATABASE);

	if (!ours)
		return !has_file(m, "objects") ||
		       fail(m->work, ERR_CONFLICT,
			    "%s exists, but is not an unfinished backup: move "
			    "it away",
			    m->dir);
	m->result->replaced = true;
	return !nftw(m->dir, remove_below, MAX_DEPTH, FTW_DEPTH | FTW_PHYS) ||
	       fail_errno(m->work, "cannot empty %s", m->dir);
}

static void close_lock(void *making)
{
	const struct making *m = making;

	close(m->lock);
}

static bool lock_folder(struct making *m)
{
	m->lock = open(m->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (m->lock < 0)
		return fail_errno(m->work, "cannot open %s", m->dir);
	pool_defer(m->work->pool, close_lock, m);
	return !flock(m->lock, LOCK_EX | LOCK_NB) ||
	       fail(m->work, ERR_CONFLICT,
		    "another process writes %s: wait "
		    "for its end",
		    m->dir);
}

static bool claim_folder(struct making *m)
{
	struct work *work = m->work;
	struct stat st;

	if (!lstat(m->request->dir, &st))
		return fail(work, ERR_CONFLICT,
			    "%s exists: a backup needs a new folder",
			    m->request->dir);
	return make_folder(work, m->dir) && lock_folder(m) &&
	       replace_unfinished(m) && put_marker(m) && make_folders(m);
}

static bool open_lists(struct making *m)
{
	struct work *work = m->work;
	const char *dir = m->dir;

	return backup_folder_stream(&m->database, work, dir,
				    BACKUP_FOLDER_DATABASE, "wxe") &&
	       backup_folder_stream(&m->files, work, dir, listing, "w+xe") &&
	       backup_folder_stream(&m->manifest, work, dir,
				    BACKUP_FOLDER_MANIFEST, "wxe") &&
	       backup_folder_stream(&m->deleted, work, dir,
				    BACKUP_FOLDER_DELETED, "wxe");
}

/* The earlier backup */

static bool next_of_base(struct making *m)
{
	bool end;

	if (backup_entry_read(&m->base_entry, &end, m->work, m->base))
		return true;
	if (end)
		m->base = NULL;
	return end;
}

static bool open_base(struct making *m)
{
	const char *base = m->request->base;
	struct backup_summary summary;

	if (!base)
		return true;
	return backup_folder_open(&summary, m->work, base) &&
	       backup_folder_stream(&m->base, m->work, base,
				    BACKUP_FOLDER_MANIFEST, "re") &&
	       next_of_base(m);
}

/* Both lists have the same order. */
static bool find_in_base(bool *found, struct making *m,
			 const struct backup_entry *entry)
{
	while (m->base && backup_entry_compare(&m->base_entry, entry) < 0)
		if (!next_of_base(m))
			return false;
	*found = m->base && !strcmp(m->base_entry.path, entry->path) &&
		 !strcmp(m->base_entry.sha256, entry->sha256);
	return true;
}

/* The snapshot */

static bool list_files(struct making *m, const struct check_file *files,
		       size_t count)
{
	struct work *work = m->work;
	char sum[BACKUP_FOLDER_HEX];

	for (size_t i = 0; i < count; i++) {
		text_hex(sum, files[i].sha256, sizeof(files[i].sha256));
		if (fprintf(m->files, "%s %" PRId64 " %s\n", sum,
			    files[i].bytes,
			    store_key(work->pool, files[i].image_id,
				      files[i].variant)) < 0)
			return fail_errno(work, "cannot write %s/%s", m->dir,
					  listing);
	}
	m->total += (int64_t)count;
	return true;
}

typedef bool list_function(struct check_file **files, size_t *count,
			   struct work *work, const struct check_file *last,
			   int64_t limit);

static bool list_batch(struct making *m, struct check_file *last,
		       char name[LINE], size_t *count, list_function *list)
{
	struct check_file *files;

	if (!list(&files, count, m->work, last, BATCH) ||
	    !list_files(m, files, *count))
		return false;
	if (*count) {
		*last = files[*count - 1];
		snprintf(name, LINE, "%s", last->variant);
		last->variant = name;
	}
	return true;
}

static bool list_all(struct making *m, list_function *list)
{
	struct check_file last = { .variant = "" };
	char name[LINE];
	size_t count = BATCH;
	bool good = true;

	while (good && count == BATCH) {
		struct pool *outer = work_pool_begin(m->work);

		good = list_batch(m, &last, name, &count, list);
		work_pool_end(m->work, outer);
	}
	return good;
}

static bool read_snapshot(struct work *work, void *arg)
{
	struct making *m = arg;

	for (size_t i = 0; i < snapshot_table_count; i++)
		if (!dump_table(work, m->database, snapshot_tables[i]))
			return false;
	return list_all(m, snapshot_list_originals) &&
	       list_all(m, check_list_variants);
}

/* Files are linked after the snapshot. One that a row has replaced or that
   changed since then is compared by its SHA-256; a second more, because file
   systems may round times. */
static bool take_snapshot(struct making *m)
{
	int64_t now_us;

	if (!store_clock_us(&now_us, m->work))
		return false;
	m->started_s = now_us / 1000000 - 1;
	m->result->summary.started_at =
		clock_text(m->work->pool, db_now_us(m->work));
	if (!db_snapshot(m->work, read_snapshot, m))
		return false;
	return (!fflush(m->database) && !fflush(m->files) &&
		!fseeko(m->files, 0, SEEK_SET)) ||
	       fail_errno(m->work, "cannot write to %s", m->dir);
}

/* The files of the store */

struct listed {
	struct backup_entry entry; /* in the new backup */
	struct check_file row;
	const char *key;
};

static bool parse_listed(struct listed *listed, struct work *work, char *line)
{
	char *rest = line;
	const char *sum = strsep(&rest, " "), *bytes = strsep(&rest, " ");
	char hex[UUID_HEX_SIZE] = "";

	if (!rest || strlen(rest) <= UUID_HEX_SIZE)
		return fail(work, ERR_INTERNAL, "%s: found a wrong line",
			    listing);
	rest[strcspn(rest, "\n")] = '\0';
	memcpy(hex, rest, UUID_HEX_SIZE - 1);
	listed->key = rest;
	listed->row.variant = rest + UUID_HEX_SIZE;
	snprintf(listed->entry.sha256, BACKUP_FOLDER_HEX, "%s", sum);
	snprintf(listed->entry.path, BACKUP_FOLDER_PATH, "objects/%.2s/%s",
		 rest + UUID_HEX_SIZE - 3, rest);
	return (text_int(&listed->row.bytes, bytes, 0, INT64_MAX) &&
		text_unhex(&listed->row.image_id, sizeof(struct uuid), hex) &&
		text_unhex(listed->row.sha256, sizeof(listed->row.sha256),
			   sum)) ||
	       fail(work, ERR_INTERNAL, "%s: found a wrong line", listing);
}

/* If the row is still the same, no deletion is the reason. */
static bool leave_out(struct making *m, const struct listed *listed)
{
	bool current;

	if (!check_file_is_current(&current, m->work, &listed->row))
		return false;
	if (current) {
		m->result->missing++;
		LOG_EVENT(LOG_LEVEL_ERROR, "file_missing_or_damaged",
			  log_text("key", listed->key));
		return true;
	}
	m->result->deleted++;
	return fprintf(m->deleted, "%s\n", listed->key) > 0 ||
	       fail_errno(m->work, "cannot write %s/%s", m->dir,
			  BACKUP_FOLDER_DELETED);
}

/* Whether the file has the bytes of its row, as far as its size and times
   show. */
static bool is_unchanged(bool *same, struct making *m,
			 const struct listed *listed, int fd)
{
	uint8_t sum[CRYPT_SHA256_SIZE];
	struct stat st;

	if (fstat(fd, &st))
		return fail_errno(m->work, "cannot examine %s", listed->key);
	*same = st.st_size == listed->row.bytes;
	if (!*same || st.st_ctim.tv_sec < m->started_s)
		return true;
	if (!store_sum(sum, m->work, fd))
		return false;
	*same = !memcmp(sum, listed->row.sha256, sizeof(sum));
	return true;
}

/* Links the open file, not the name, which may have another file by now. */
static bool link_open(int fd, const char *to)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return !linkat(AT_FDCWD, path, AT_FDCWD, to, AT_SYMLINK_FOLLOW);
}

static bool link_base(struct making *m, const struct listed *listed,
		      const char *to)
{
	const char *from = pool_printf(m->work->pool, "%s/%s", m->request->base,
				       listed->entry.path);
	struct stat st;

	return !lstat(from, &st) && S_ISREG(st.st_mode) &&
	       st.st_size == listed->row.bytes &&
	       !linkat(AT_FDCWD, from, AT_FDCWD, to, 0);
}

static bool copy_file(bool *same, struct making *m, const struct listed *listed,
		      int fd, const char *to)
{
	char sum[BACKUP_FOLDER_HEX];

	if (!backup_folder_copy(sum, m->work, fd, to))
		return false;
	*same = !strcmp(sum, listed->entry.sha256);
	if (*same)
		m->result->copied++;
	else
		unlink(to);
	return true;
}

/* Whatever prevents a link, such as another file system: a copy shows whether
   the folder can be written. */
static bool place(bool *same, struct making *m, const struct listed *listed,
		  int fd)
{
	const char *to =
		pool_printf(m->work->pool, "%s/%s", m->dir, listed->entry.path);
	bool in_base;

	if (!find_in_base(&in_base, m, &listed->entry))
		return false;
	if (!link_open(fd, to) && !(in_base && link_base(m, listed, to)))
		return copy_file(same, m, listed, fd, to);
	m->result->linked++;
	return true;
}

static bool count_placed(struct making *m, const struct listed *listed)
{
	struct backup_summary *summary = &m->result->summary;

	summary->images += variant_is_original(listed->row.variant);
	summary->files++;
	summary->bytes += listed->row.bytes;
	return backup_entry_write(m->work, m->manifest, listed->entry.sha256,
				  listed->entry.path);
}

static bool take_file(struct making *m, char *line)
{
	struct work *work = m->work;
	struct listed listed;
	bool same = false;
	int fd;

	if (!parse_listed(&listed, work, line))
		return false;
	if (!store_get(&fd, work, listed.key))
		return work->err == ERR_NOT_FOUND && leave_out(m, &listed);
	if (!is_unchanged(&same, m, &listed, fd) ||
	    (same && !place(&same, m, &listed, fd)))
		return false;
	return same ? count_placed(m, &listed) : leave_out(m, &listed);
}

static bool take_files(struct making *m)
{
	char line[LINE];
	bool good = true;

	while (good && fgets(line, sizeof(line), m->files)) {
		struct pool *outer = work_pool_begin(m->work);

		good = take_file(m, line);
		work_pool_end(m->work, outer);
		m->request->progress(m->request->progress_arg, ++m->done,
				     m->total);
	}
	if (good && ferror(m->files))
		return fail_errno(m->work, "cannot read %s/%s", m->dir,
				  listing);
	return good;
}

/* The end */

static bool take_keys(struct making *m)
{
	struct work *work = m->work;
	const char *path = work->conf->keys_file;
	char sum[BACKUP_FOLDER_HEX];
	int fd;

	if (!m->request->keys)
		return true;
	m->result->summary.keys = true;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return fail_errno(work, "keys_file: cannot read %s", path);
	if (!backup_folder_copy(sum, work, fd,
				pool_printf(work->pool, "%s/%s", m->dir,
					    BACKUP_FOLDER_KEYS))) {
		close(fd);
		return false;
	}
	close(fd);
	return true;
}

static bool list_other(struct making *m, const char *name)
{
	char sum[BACKUP_FOLDER_HEX];

	return backup_folder_sum(sum, m->work, m->dir, name) &&
	       backup_entry_write(m->work, m->manifest, sum, name);
}

static bool end_manifest(struct making *m)
{
	struct work *work = m->work;

	if (fflush(m->deleted))
		return fail_errno(work, "cannot write to %s", m->dir);
	if (!list_other(m, BACKUP_FOLDER_DATABASE) ||
	    !list_other(m, BACKUP_FOLDER_DELETED) ||
	    (m->request->keys && !list_other(m, BACKUP_FOLDER_KEYS)))
		return false;
	if (fflush(m->manifest))
		return fail_errno(work, "cannot write to %s", m->dir);
	return backup_folder_sum(m->result->summary.manifest, work, m->dir,
				 BACKUP_FOLDER_MANIFEST);
}

static bool sync_parent(struct work *work, const char *dir)
{
	const char *slash = strrchr(dir, '/');
	const char *parent = !slash ? "."
				    : pool_strndup(work->pool, dir,
						   (size_t)(slash - dir) + 1);
	int fd = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool synced = fd >= 0 && !fsync(fd);

	if (!synced)
		fail_errno(work, "cannot sync %s", parent);
	if (fd >= 0)
		close(fd);
	return synced;
}

/* Everything is on the disk before the folder gets its name. */
static bool publish(struct making *m)
{
	struct work *work = m->work;
	const char *dir = m->request->dir;

	if (unlinkat(m->lock, listing, 0) || unlinkat(m->lock, marker, 0) ||
	    syncfs(m->lock) || rename(m->dir, dir))
		return fail_errno(work, "cannot complete %s", dir);
	return sync_parent(work, dir);
}

static bool read_schema(struct making *m)
{
	struct migrations migrations;

	if (!migrate_status(&migrations, m->work))
		return false;
	m->result->summary.schema =
		migrations.list[migrations.count - 1].version;
	return true;
}

bool backup_make(struct backup_result *result, struct work *work,
		 const struct backup_request *request)
{
	struct making *m = pool_alloc(work->pool, sizeof(*m));

	*result = (struct backup_result){ 0 };
	m->work = work;
	m->request = request;
	m->result = result;
	m->dir = pool_printf(work->pool, "%s%s", request->dir,
			     BACKUP_FOLDER_UNFINISHED);
	return read_schema(m) && open_base(m) && claim_folder(m) &&
	       open_lists(m) && take_snapshot(m) && take_files(m) &&
	       take_keys(m) && end_manifest(m) &&
	       backup_folder_end(work, m->dir, &result->summary) && publish(m);
}
