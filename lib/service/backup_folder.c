/* backup_folder.c: the files of a backup, and the lists of them. */
#include "config.h"

#include "lib/service/backup_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/crypt.h"
#include "lib/base/json.h"
#include "lib/base/pool.h"
#include "lib/base/text.h"
#include "lib/store/store.h"

enum { FORMAT = 1, PIECE = 1 << 16, MAX_SUMMARY = 1 << 16 };

static const char objects[] = "objects/";

static void close_stream(void *file)
{
	fclose(file);
}

bool backup_folder_stream(FILE **file, struct work *work, const char *dir,
			  const char *path, const char *mode)
{
	const char *name = pool_printf(work->pool, "%s/%s", dir, path);

	*file = fopen(name, mode);
	if (!*file)
		return fail_errno(work, "cannot open %s", name);
	pool_defer(work->pool, close_stream, *file);
	return true;
}

static void close_fd(void *fd)
{
	close((int)(intptr_t)fd);
}

bool backup_folder_get(int *fd, struct work *work, const char *dir,
		       const char *path)
{
	const char *name = pool_printf(work->pool, "%s/%s", dir, path);

	*fd = open(name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (*fd < 0 && errno == ENOENT)
		return fail(work, ERR_NOT_FOUND, "%s does not exist", name);
	if (*fd < 0)
		return fail_errno(work, "cannot open %s", name);
	pool_defer(work->pool, close_fd, (void *)(intptr_t)*fd);
	return true;
}

bool backup_folder_sum(char sha256[BACKUP_FOLDER_HEX], struct work *work,
		       const char *dir, const char *path)
{
	struct pool *outer = work_pool_begin(work);
	uint8_t sum[CRYPT_SHA256_SIZE];
	int fd;
	bool done = backup_folder_get(&fd, work, dir, path) &&
		    store_sum(sum, work, fd);

	work_pool_end(work, outer);
	if (done)
		text_hex(sha256, sum, sizeof(sum));
	return done;
}

/* Copies */

static bool write_all(int fd, const uint8_t *at, size_t len)
{
	while (len) {
		const ssize_t done = write(fd, at, len);

		if (done < 0 && errno != EINTR)
			return false;
		if (done > 0) {
			at += done;
			len -= (size_t)done;
		}
	}
	return true;
}

static bool copy_bytes(struct crypt_sha256 *sum, int from, int to)
{
	uint8_t piece[PIECE];
	ssize_t got;

	for (off_t at = 0;; at += got) {
		do
			got = pread(from, piece, sizeof(piece), at);
		while (got < 0 && errno == EINTR);
		if (got <= 0)
			return !got;
		crypt_sha256_add(sum, piece, (size_t)got);
		if (!write_all(to, piece, (size_t)got))
			return false;
	}
}

bool backup_folder_copy(char sha256[BACKUP_FOLDER_HEX], struct work *work,
			int fd, const char *to)
{
	struct crypt_sha256 *sum = crypt_sha256_new(work->pool);
	uint8_t bytes[CRYPT_SHA256_SIZE];
	const int copy =
		open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (copy < 0)
		return fail_errno(work, "cannot make %s", to);
	if (!copy_bytes(sum, fd, copy)) {
		fail_errno(work, "cannot copy to %s", to);
		close(copy);
		unlink(to);
		return false;
	}
	close(copy);
	crypt_sha256_end(sum, bytes);
	text_hex(sha256, bytes, sizeof(bytes));
	return true;
}

/* Entries */

const char *backup_entry_key(const struct backup_entry *entry)
{
	return text_starts(entry->path, objects) ? strrchr(entry->path, '/') + 1
						 : NULL;
}

/* Originals, variants, other files. */
static int section(const char *key)
{
	if (!key)
		return 2;
	return strcmp(key + strcspn(key, "."), ".original") != 0;
}

int backup_entry_compare(const struct backup_entry *a,
			 const struct backup_entry *b)
{
	const char *key = backup_entry_key(a), *other = backup_entry_key(b);
	const int order = section(key) - section(other);

	if (order)
		return order;
	return strcmp(key ? key : a->path, other ? other : b->path);
}

bool backup_entry_write(struct work *work, FILE *manifest, const char *sha256,
			const char *path)
{
	return fprintf(manifest, "%s  %s\n", sha256, path) > 0 ||
	       fail_errno(work, "cannot write %s", BACKUP_FOLDER_MANIFEST);
}

/* A path must not lead out of the folder. */
static bool parse(struct backup_entry *entry, const char *line)
{
	uint8_t sum[CRYPT_SHA256_SIZE];

	return sscanf(line, "%64[0-9a-f]  %159[a-zA-Z0-9._/-]", entry->sha256,
		      entry->path) == 2 &&
	       text_unhex(sum, sizeof(sum), entry->sha256) &&
	       strlen(line) == 64 + 2 + strlen(entry->path) + 1 &&
	       *entry->path != '/' && !strstr(entry->path, "..");
}

bool backup_entry_read(struct backup_entry *entry, bool *end, struct work *work,
		       FILE *manifest)
{
	char line[64 + 2 + BACKUP_FOLDER_PATH + 1];

	*end = !fgets(line, sizeof(line), manifest);
	if (*end && ferror(manifest)) {
		*end = false;
		return fail_errno(work, "cannot read %s",
				  BACKUP_FOLDER_MANIFEST);
	}
	return !*end && (parse(entry, line) ||
			 fail(work, ERR_CONFLICT,
			      "%s: expected lines \"SHA-256  PATH\", found "
			      "\"%.80s\"",
			      BACKUP_FOLDER_MANIFEST, line));
}

bool backup_folder_each(struct work *work, const char *dir,
			bool (*visit)(struct work *work,
				      const struct backup_entry *entry,
				      void *arg),
			void *arg)
{
	struct backup_entry entry;
	bool end = false, good = true;
	FILE *manifest;

	if (!backup_folder_stream(&manifest, work, dir, BACKUP_FOLDER_MANIFEST,
				  "re"))
		return false;
	while (good && backup_entry_read(&entry, &end, work, manifest)) {
		struct pool *outer = work_pool_begin(work);

		good = visit(work, &entry, arg);
		work_pool_end(work, outer);
	}
	return good && end;
}

/* The summary */

bool backup_folder_end(struct work *work, const char *dir,
		       const struct backup_summary *summary)
{
	struct json *json = json_object(work->pool);
	FILE *file;

	json_set_int(json, "format", FORMAT);
	json_set_text(json, "pixtier", PACKAGE_VERSION);
	json_set_int(json, "schema", summary->schema);
	json_set_text(json, "started_at", summary->started_at);
	json_set_int(json, "images", summary->images);
	json_set_int(json, "files", summary->files);
	json_set_int(json, "bytes", summary->bytes);
	json_set_bool(json, "keys", summary->keys);
	json_set_text(json, "manifest_sha256", summary->manifest);
	if (!backup_folder_stream(&file, work, dir, BACKUP_FOLDER_SUMMARY,
				  "wxe"))
		return false;
	return (fprintf(file, "%s\n", json_print_pretty(work->pool, json)) >
			0 &&
		!fflush(file)) ||
	       fail_errno(work, "cannot write %s/%s", dir,
			  BACKUP_FOLDER_SUMMARY);
}

static bool read_text(char text[MAX_SUMMARY], size_t *len, struct work *work,
		      const char *dir)
{
	FILE *file;

	if (!backup_folder_stream(&file, work, dir, BACKUP_FOLDER_SUMMARY,
				  "re"))
		return fail(work, ERR_NOT_FOUND,
			    "%s is not a complete backup: expected the file "
			    "%s in it",
			    dir, BACKUP_FOLDER_SUMMARY);
	*len = fread(text, 1, MAX_SUMMARY, file);
	return !ferror(file) || fail_errno(work, "cannot read %s/%s", dir,
					   BACKUP_FOLDER_SUMMARY);
}

static bool parse_summary(struct backup_summary *summary, struct work *work,
			  const char *text, size_t len)
{
	const char *sum;
	struct json *json;
	int64_t format;

	if (!json_parse(&json, work, text, len) ||
	    !json_get_int(&format, work, json, "format", FORMAT, FORMAT) ||
	    !json_get_int(&summary->schema, work, json, "schema", 1, 9999) ||
	    !json_get_text(&summary->started_at, work, json, "started_at", 1,
			   64) ||
	    !json_get_int(&summary->images, work, json, "images", 0,
			  INT64_MAX) ||
	    !json_get_int(&summary->files, work, json, "files", 0, INT64_MAX) ||
	    !json_get_int(&summary->bytes, work, json, "bytes", 0, INT64_MAX) ||
	    !json_get_bool(&summary->keys, work, json, "keys") ||
	    !json_get_text(&sum, work, json, "manifest_sha256", 64, 64))
		return false;
	strcpy(summary->manifest, sum);
	return true;
}

bool backup_folder_open(struct backup_summary *summary, struct work *work,
			const char *dir)
{
	char text[MAX_SUMMARY], sum[BACKUP_FOLDER_HEX];
	size_t len = 0;

	if (!read_text(text, &len, work, dir))
		return false;
	if (!parse_summary(summary, work, text, len))
		return fail(work, ERR_CONFLICT, "%s/%s: %s", dir,
			    BACKUP_FOLDER_SUMMARY, work->why);
	if (!backup_folder_sum(sum, work, dir, BACKUP_FOLDER_MANIFEST))
		return false;
	return !strcmp(sum, summary->manifest) ||
	       fail(work, ERR_CONFLICT,
		    "%s/%s is damaged: expected the SHA-256 %.12s..., found "
		    "%.12s...",
		    dir, BACKUP_FOLDER_MANIFEST, summary->manifest, sum);
}
