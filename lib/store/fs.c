/* fs.c: a store in a folder of the file system. */
#include "config.h"

#include "lib/store/store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/conf.h"
#include "lib/base/crypt.h"
#include "lib/base/pool.h"
#include "lib/base/text.h"

enum { SHARDS = 256 };

/* The last byte of a UUIDv7 is random, so the files spread evenly over the
   folders. */
static const char *place_of(struct work *work, const char *key)
{
	return pool_printf(work->pool, "%.2s/%s", key + UUID_HEX_SIZE - 3, key);
}

static const char *path_of(struct work *work, const char *key)
{
	return pool_printf(work->pool, "%s/objects/%s", work->store->dir,
			   place_of(work, key));
}

static const char *fs_delivery_path(struct work *work, const char *key,
				    bool whole)
{
	if (work->conf->delivery == DELIVERY_SENDFILE)
		return path_of(work, key);
	return pool_printf(work->pool, "%s%s%s%s", conf_base_path(work->conf),
			   work->conf->accel_prefix, whole ? "whole/" : "",
			   place_of(work, key));
}

static const char *public_shard(struct work *work, struct uuid image)
{
	return pool_printf(work->pool, "%s/public/%02x", work->store->dir,
			   image.bytes[sizeof(image.bytes) - 1]);
}

static const char *public_folder(struct work *work, struct uuid image)
{
	return pool_printf(work->pool, "%s/%s", public_shard(work, image),
			   UUID_TEXT(image));
}

/* Makes all 256 folders at the start, so that a put needs one rename only. */
static bool fs_open(struct work *work)
{
	const char *objects =
		pool_printf(work->pool, "%s/objects", work->store->dir);

	if (!store_make_folder(work, objects, 0750) ||
	    !store_make_folder(
		    work,
		    pool_printf(work->pool, "%s/public", work->store->dir),
		    0750))
		return false;
	for (int i = 0; i < SHARDS; i++)
		if (!store_make_folder(
			    work,
			    pool_printf(work->pool, "%s/%02x", objects, i),
			    0750))
			return false;
	return true;
}

static bool fs_put(struct work *work, const char *path, const char *key)
{
	if (rename(path, path_of(work, key)))
		return fail_errno(work, "rename to %s", key);
	return true;
}

static bool sync_folder(struct work *work, const char *folder)
{
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool synced;

	if (fd < 0)
		return fail_errno(work, "open %s", folder);
	synced = !fsync(fd) || fail_errno(work, "fsync %s", folder);
	close(fd);
	return synced;
}

static bool fs_sync(struct work *work, const char *key)
{
	const char *path = path_of(work, key);

	return sync_folder(work,
			   pool_strndup(work->pool, path,
					(size_t)(strrchr(path, '/') - path)));
}

static bool fs_get(struct work *work, const char *key, int *fd)
{
	*fd = open(path_of(work, key), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (*fd >= 0)
		return true;
	if (errno == ENOENT)
		return fail(work, ERR_NOT_FOUND, "no file %s", key);
	return fail_errno(work, "open %s", key);
}

static bool fs_drop(struct work *work, const char *key)
{
	if (unlink(path_of(work, key)) && errno != ENOENT)
		return fail_errno(work, "unlink %s", key);
	return true;
}

static void close_dir(void *dir)
{
	closedir(dir);
}

static bool visit_shard(struct work *work, const char *shard,
			store_visit *visit, void *arg)
{
	DIR *dir = opendir(shard);
	const struct dirent *entry;
	struct stat st;

	if (!dir)
		return fail_errno(work, "opendir %s", shard);
	pool_defer(work->pool, close_dir, dir);
	while ((entry = readdir(dir))) {
		if (fstatat(dirfd(dir), entry->d_name, &st,
			    AT_SYMLINK_NOFOLLOW) ||
		    !S_ISREG(st.st_mode))
			continue;
		if (!visit(work, pool_strdup(work->pool, entry->d_name),
			   st.st_size, (int64_t)st.st_mtime * 1000000, arg))
			return false;
	}
	return true;
}

static bool fs_each(struct work *work, store_visit *visit, void *arg)
{
	bool went_on = true;

	for (int i = 0; i < SHARDS && went_on; i++) {
		struct pool *outer = work_pool_begin(work);

		went_on = visit_shard(work,
				      pool_printf(work->pool, "%s/objects/%02x",
						  work->store->dir, i),
				      visit, arg);
		work_pool_end(work, outer);
	}
	return went_on;
}

/* A folder is made when it is needed: few images are public. */
static bool fs_publish(struct work *work, struct uuid image, const char *key,
		       const char *name)
{
	const char *folder = public_folder(work, image);
	const char *path = pool_printf(work->pool, "%s/%s", folder, name);

	if (!link(path_of(work, key), path) || errno == EEXIST)
		return true;
	if (!store_make_folder(work, public_shard(work, image), 0750) ||
	    !store_make_folder(work, folder, 0750))
		return false;
	if (!link(path_of(work, key), path) || errno == EEXIST)
		return true;
	if (errno == ENOENT)
		return fail(work, ERR_NOT_FOUND, "no file %s", key);
	return fail_errno(work, "link %s", path);
}

static bool is_dots(const char *name)
{
	return !strcmp(name, ".") || !strcmp(name, "..");
}

static bool remove_all(struct work *work, DIR *dir)
{
	const struct dirent *entry;

	while ((entry = readdir(dir)))
		if (!is_dots(entry->d_name) &&
		    unlinkat(dirfd(dir), entry->d_name, 0) && errno != ENOENT)
			return fail_errno(work, "unlink %s", entry->d_name);
	return true;
}

/* The sync makes the removal of the files durable too: it comes before the
   COMMIT that makes the image private. */
static bool fs_unpublish(struct work *work, struct uuid image)
{
	const char *folder = public_folder(work, image);
	DIR *dir = opendir(folder);

	if (!dir)
		return errno == ENOENT ||
		       fail_errno(work, "opendir %s", folder);
	pool_defer(work->pool, close_dir, dir);
	if (!remove_all(work, dir))
		return false;
	if (fsync(dirfd(dir)))
		return fail_errno(work, "fsync %s", folder);
	if (rmdir(folder) && errno != ENOENT)
		return fail_errno(work, "rmdir %s", folder);
	return sync_folder(work, public_shard(work, image));
}

/* A missing file has no bytes. */
static bool sum_of(uint8_t sum[CRYPT_SHA256_SIZE], struct work *work,
		   const char *path)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	bool good;

	memset(sum, 0, CRYPT_SHA256_SIZE);
	if (fd < 0)
		return errno == ENOENT || fail_errno(work, "open %s", path);
	good = store_sum(sum, work, fd);
	close(fd);
	return good;
}

/* A copy of the store may have lost that both are one file. */
static bool fs_match_public(bool *matches, struct work *work, struct uuid image,
			    const char *key, const char *name)
{
	const char *path = pool_printf(work->pool, "%s/%s",
				       public_folder(work, image), name);
	uint8_t sum[CRYPT_SHA256_SIZE], public_sum[CRYPT_SHA256_SIZE];
	struct stat file, public_file;

	*matches = true;
	if (lstat(path, &public_file))
		return errno == ENOENT || fail_errno(work, "stat %s", path);
	if (!lstat(path_of(work, key), &file) &&
	    file.st_ino == public_file.st_ino &&
	    file.st_dev == public_file.st_dev)
		return true;
	if (!sum_of(sum, work, path_of(work, key)) ||
	    !sum_of(public_sum, work, path))
		return false;
	*matches = !memcmp(sum, public_sum, sizeof(sum));
	return true;
}

struct public_visit {
	store_visit_public *visit;
	void *arg;
	struct uuid image;
};

static bool visit_file(struct work *work, const char *folder, const char *name,
		       void *arg)
{
	const struct public_visit *at = arg;

	(void)folder;
	return at->visit(work, at->image, name, at->arg);
}

/* Calls back for each name in the folder, which may be gone. */
static bool each_name(struct work *work, const char *folder,
		      bool (*visit)(struct work *work, const char *folder,
				    const char *name, void *arg),
		      void *arg)
{
	DIR *dir = opendir(folder);
	const struct dirent *entry;

	if (!dir)
		return errno == ENOENT ||
		       fail_errno(work, "opendir %s", folder);
	pool_defer(work->pool, close_dir, dir);
	while ((entry = readdir(dir)))
		if (!is_dots(entry->d_name) &&
		    !visit(work, folder, pool_strdup(work->pool, entry->d_name),
			   arg))
			return false;
	return true;
}

/* Ignores folders that are not an image's. */
static bool visit_image(struct work *work, const char *folder, const char *name,
			void *arg)
{
	struct public_visit *at = arg;
	struct pool *outer;
	bool went_on;

	if (!uuid_parse(&at->image, name))
		return true;
	outer = work_pool_begin(work);
	went_on =
		each_name(work, pool_printf(work->pool, "%s/%s", folder, name),
			  visit_file, at);
	work_pool_end(work, outer);
	return went_on;
}

static bool fs_each_public(struct work *work, store_visit_public *visit,
			   void *arg)
{
	struct public_visit at = { .visit = visit, .arg = arg };
	bool went_on = true;

	for (int i = 0; i < SHARDS && went_on; i++) {
		struct pool *outer = work_pool_begin(work);

		went_on = each_name(work,
				    pool_printf(work->pool, "%s/public/%02x",
						work->store->dir, i),
				    visit_image, &at);
		work_pool_end(work, outer);
	}
	return went_on;
}

const struct store_driver store_fs = {
	.name = "fs",
	.open = fs_open,
	.put = fs_put,
	.sync = fs_sync,
	.get = fs_get,
	.delivery_path = fs_delivery_path,
	.drop = fs_drop,
	.each = fs_each,
	.publish = fs_publish,
	.unpublish = fs_unpublish,
	.match_public = fs_match_public,
	.each_public = fs_each_public,
};
