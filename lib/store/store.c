/* store.c: temporary files, and the calls to the store driver. */
#include "config.h"

#include "lib/store/store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "lib/base/account.h"
#include "lib/base/conf.h"
#include "lib/base/crypt.h"
#include "lib/base/pool.h"

enum { PIECE = 1 << 16 };

/* Gives the folder to the group, so that the web server can enter it and, by
   the set-group-id bit, what is made in it has the group too. Without rights
   for that, the system drops the bit silently. */
static bool give_to_group(struct work *work, const char *path, mode_t mode)
{
	const gid_t group = work->store->group;
	struct stat st;

	for (int i = 0; i < 2; i++) {
		if (stat(path, &st))
			return fail_errno(work, "store_dir: %s", path);
		if (st.st_gid == group && (st.st_mode & 07777) == mode)
			return true;
		if (!i && (chown(path, (uid_t)-1, group) || chmod(path, mode)))
			break;
	}
	return fail(work, ERR_INTERNAL,
		    "store_group: cannot give %s to the group %s: run "
		    "`pixtierctl doctor` as root, which does it for the "
		    "account of the service",
		    path, work->conf->store_group);
}

bool store_make_folder(struct work *work, const char *path, mode_t mode)
{
	if (mkdir(path, mode) && errno != EEXIST)
		return fail(work, ERR_INTERNAL,
			    "store_dir: cannot make %s: %s; the folder %s must "
			    "exist, and the account of the service must be "
			    "able to write to it",
			    path, strerror(errno), work->store->dir);
	return work->store->group == ACCOUNT_NO_GROUP ||
	       give_to_group(work, path, mode | S_ISGID);
}

/* The web server must only be able to pass through this folder. */
static bool open_to_group(struct work *work, const char *dir)
{
	const gid_t group = work->store->group;
	struct stat st;

	if (group == ACCOUNT_NO_GROUP || stat(dir, &st) ||
	    st.st_mode & S_IXOTH ||
	    (st.st_gid == group && st.st_mode & S_IXGRP))
		return true;
	return give_to_group(work, dir,
			     (st.st_mode & 07777) | S_ISGID | S_IXGRP);
}

bool store_open(struct store *store, struct work *work)
{
	const char *dir = work->conf->store_dir;

	*store = (struct store){
		.driver = &store_fs,
		.dir = dir,
		.temp_dir = pool_printf(work->pool, "%s/tmp", dir),
	};
	if (!account_find_group(&store->group, work, "store_group",
				work->conf->store_group))
		return false;
	work->store = store;
	return open_to_group(work, dir) &&
	       store_make_folder(work, store->temp_dir, 0700) &&
	       store->driver->open(work);
}

const char *store_key(struct pool *pool, struct uuid image, const char *variant)
{
	char hex[UUID_HEX_SIZE];

	return pool_printf(pool, "%s.%s", uuid_hex(image, hex), variant);
}

bool store_has_room(struct work *work)
{
	struct statvfs fs;
	long reserve = work->conf->store_reserve;

	if (statvfs(work->store->dir, &fs))
		return fail_errno(work, "statvfs %s", work->store->dir);
	if (fs.f_bavail < fs.f_blocks / 100 * (unsigned long)reserve ||
	    (fs.f_files && fs.f_favail < 100))
		return fail(work, ERR_STORAGE_FULL,
			    "less than %ld %% of the store is free (setting "
			    "store_reserve): an administrator must free space",
			    reserve);
	return true;
}

static void discard(void *arg)
{
	struct store_temp *temp = arg;

	close(temp->fd);
	if (!temp->kept)
		unlink(temp->path);
}

bool store_temp_new(struct store_temp **temp, struct work *work)
{
	struct store_temp *made = pool_alloc(work->pool, sizeof(*made));

	made->path = pool_printf(work->pool, "%s/%s", work->store->temp_dir,
				 UUID_TEXT(uuid_new()));
	made->fd =
		open(made->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
	if (made->fd < 0)
		return fail_errno(work, "cannot make %s", made->path);
	pool_defer(work->pool, discard, made);
	made->sum = crypt_sha256_new(work->pool);
	*temp = made;
	return true;
}

bool store_temp_write(struct store_temp *temp, struct work *work,
		      const void *bytes, size_t len)
{
	const char *at = bytes;

	crypt_sha256_add(temp->sum, bytes, len);
	temp->bytes += (int64_t)len;
	while (len) {
		ssize_t done = write(temp->fd, at, len);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return fail_errno(work, "cannot write to the store");
		at += done;
		len -= (size_t)done;
	}
	return true;
}

void store_temp_end(struct store_temp *temp)
{
	if (!temp->sum)
		return;
	crypt_sha256_end(temp->sum, temp->sha256);
	temp->sum = NULL;
	/* An optimization only: store_keep() waits for the disk anyway. Some
	   file systems do not support the call, so its result does not
	   matter. */
	(void)sync_file_range(temp->fd, 0, 0, SYNC_FILE_RANGE_WRITE);
}

bool store_sum(uint8_t sum[32], struct work *work, int fd)
{
	struct crypt_sha256 *sha256 = crypt_sha256_new(work->pool);
	uint8_t *piece = pool_alloc(work->pool, PIECE);
	ssize_t got = 1;

	for (off_t at = 0; got; at += got) {
		do
			got = pread(fd, piece, PIECE, at);
		while (got < 0 && errno == EINTR);
		if (got < 0)
			return fail_errno(work,
					  "cannot read a file in the store");
		crypt_sha256_add(sha256, piece, (size_t)got);
	}
	crypt_sha256_end(sha256, sum);
	return true;
}

bool store_temp_cut(struct store_temp *temp, struct work *work, int64_t bytes)
{
	if (ftruncate(temp->fd, (off_t)bytes))
		return fail_errno(work, "cannot cut %s", temp->path);
	temp->bytes = bytes;
	return store_sum(temp->sha256, work, temp->fd);
}

bool store_move(struct work *work, const struct store_file *file)
{
	const struct store_driver *driver = work->store->driver;

	file->temp->kept = driver->put(work, file->temp->path, file->key);
	return file->temp->kept;
}

bool store_sync_all(struct work *work)
{
	const char *dir = work->store->dir;
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool synced;

	if (fd < 0)
		return fail_errno(work, "open %s", dir);
	synced = !syncfs(fd) || fail_errno(work, "syncfs %s", dir);
	close(fd);
	return synced;
}

/* Syncs every file before it renames the first one, so that no key ever names
   an incomplete file. The files share one folder, which needs one sync. */
bool store_keep(struct work *work, const struct store_file *files, size_t count)
{
	const struct store_driver *driver = work->store->driver;

	for (size_t i = 0; i < count; i++)
		if (fsync(files[i].temp->fd))
			return fail_errno(work, "fsync %s",
					  files[i].temp->path);
	for (size_t i = 0; i < count; i++)
		if (!store_move(work, &files[i]))
			return false;
	return !count || driver->sync(work, files[0].key);
}

static void close_fd(void *fd)
{
	close((int)(intptr_t)fd);
}

bool store_get(int *fd, struct work *work, const char *key)
{
	if (!work->store->driver->get(work, key, fd))
		return false;
	pool_defer(work->pool, close_fd, (void *)(intptr_t)*fd);
	return true;
}

static bool find_file(struct stat *file, struct work *work, const char *key)
{
	int fd, error;

	if (!work->store->driver->get(work, key, &fd))
		return false;
	error = fstat(fd, file);
	close(fd);
	return !error || fail_errno(work, "fstat %s", key);
}

bool store_find(int64_t *bytes, int64_t *changed_at, struct work *work,
		const char *key)
{
	struct stat file;

	if (!find_file(&file, work, key))
		return false;
	*bytes = file.st_size;
	*changed_at = file.st_mtim.tv_sec;
	return true;
}

int64_t store_public_use(struct work *work, const char *key)
{
	struct pool *outer = work_pool_begin(work);
	struct stat file;
	const bool found = find_file(&file, work, key) && file.st_nlink > 1;

	work_pool_end(work, outer);
	return found ? (int64_t)file.st_atim.tv_sec * 1000000 : 0;
}

const char *store_delivery_path(struct work *work, const char *key, bool whole)
{
	return work->store->driver->delivery_path(work, key, whole);
}

bool store_drop(struct work *work, const char *key)
{
	return work->store->driver->drop(work, key);
}

bool store_each(struct work *work, store_visit *visit, void *arg)
{
	return work->store->driver->each(work, visit, arg);
}

bool store_publish(struct work *work, struct uuid image, const char *key,
		   const char *name)
{
	return work->store->driver->publish(work, image, key, name);
}

bool store_unpublish(struct work *work, struct uuid image)
{
	return work->store->driver->unpublish(work, image);
}

bool store_match_public(bool *matches, struct work *work, struct uuid image,
			const char *key, const char *name)
{
	return work->store->driver->match_public(matches, work, image, key,
						 name);
}

bool store_each_public(struct work *work, store_visit_public *visit, void *arg)
{
	return work->store->driver->each_public(work, visit, arg);
}

static void close_dir(void *dir)
{
	closedir(dir);
}

/* Updates the folder's times: the file system sets them by its own clock, and
   this needs no free space. */
bool store_clock_us(int64_t *now_us, struct work *work)
{
	const char *folder = work->store->temp_dir;
	struct stat st;

	if (utimensat(AT_FDCWD, folder, NULL, 0) || stat(folder, &st))
		return fail_errno(work, "cannot touch %s", folder);
	*now_us = (int64_t)st.st_mtime * 1000000;
	return true;
}

bool store_sweep_temp(int64_t *removed, struct work *work,
		      int64_t grace_seconds)
{
	DIR *dir = opendir(work->store->temp_dir);
	const struct dirent *entry;
	int64_t now_us;
	struct stat st;

	if (!dir)
		return fail_errno(work, "opendir %s", work->store->temp_dir);
	pool_defer(work->pool, close_dir, dir);
	if (!store_clock_us(&now_us, work))
		return false;
	*removed = 0;
	while ((entry = readdir(dir)))
		if (!fstatat(dirfd(dir), entry->d_name, &st,
			     AT_SYMLINK_NOFOLLOW) &&
		    S_ISREG(st.st_mode) &&
		    st.st_mtime < now_us / 1000000 - grace_seconds &&
		    !unlinkat(dirfd(dir), entry->d_name, 0))
			++*removed;
	return true;
}
