/* doctor_files.c: checks the store and the keys: rights, room, contents. */
#include "config.h"

#include <errno.h>
#include <pwd.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "admin/doctor.h"
#include "lib/base/account.h"
#include "lib/base/conf.h"
#include "lib/service/keyring.h"
#include "lib/store/store.h"

/* With fewer, store_has_room() refuses uploads. */
enum { MIN_FILES = 100 };

/* The account that the programs switch to if root starts them. NULL: they run
   as the user who runs doctor. */
static const struct passwd *service_account(const struct conf *conf)
{
	return *conf->user && !geteuid() ? getpwnam(conf->user) : NULL;
}

struct finding doctor_look_at_owner(struct doctor *d)
{
	const struct conf *conf = d->work->conf;
	const struct passwd *account = service_account(conf);
	struct stat st;

	if (*conf->user && !getpwnam(conf->user))
		return FINDING(d, BAD,
			       "user: the account %s does not exist; create "
			       "it or change the setting",
			       conf->user);
	if (stat(conf->store_dir, &st))
		return FINDING(d, BAD, "store_dir: %s: %s; make the folder",
			       conf->store_dir, strerror(errno));
	if (!S_ISDIR(st.st_mode))
		return FINDING(d, BAD, "store_dir: %s is not a folder",
			       conf->store_dir);
	if (account && account->pw_uid != st.st_uid)
		return FINDING(d, WARN,
			       "%s does not belong to %s (the setting user): "
			       "check that this account can write to it",
			       conf->store_dir, conf->user);
	if (st.st_mode & S_IWOTH)
		return FINDING(d, BAD,
			       "%s is writable by all accounts: chmod o-w",
			       conf->store_dir);
	return doctor_fine(conf->store_dir);
}

struct finding doctor_look_at_room(struct doctor *d)
{
	const struct conf *conf = d->work->conf;
	struct statvfs fs;
	double percent, gib;

	if (statvfs(conf->store_dir, &fs))
		return FINDING(d, BAD, "%s: %s", conf->store_dir,
			       strerror(errno));
	percent = fs.f_blocks
			  ? 100.0 * (double)fs.f_bavail / (double)fs.f_blocks
			  : 0;
	gib = (double)fs.f_bavail * (double)fs.f_frsize / (1 << 30);
	if (fs.f_files && fs.f_favail < MIN_FILES)
		return FINDING(d, BAD,
			       "the file system has room for %lu more files "
			       "only: uploads fail with 507; delete some files",
			       (unsigned long)fs.f_favail);
	if (!fs.f_bavail || percent < (double)conf->store_reserve)
		return FINDING(d, BAD,
			       "%.1f %% (%.1f GiB) are free, less than "
			       "store_reserve: uploads fail with 507; free "
			       "some space",
			       percent, gib);
	if (percent < 2 * (double)conf->store_reserve)
		return FINDING(d, WARN,
			       "%.1f %% (%.1f GiB) are free; below %ld %% "
			       "(store_reserve) uploads fail",
			       percent, gib, conf->store_reserve);
	return FINDING(d, FINE, "%.1f %% (%.1f GiB) are free", percent, gib);
}

static bool write_something(struct work *work, void *arg)
{
	struct store *store = pool_alloc(work->pool, sizeof(*store));
	struct store_temp *temp;

	(void)arg;
	return store_open(store, work) && store_temp_new(&temp, work) &&
	       store_temp_write(temp, work, "?", 1);
}

/* A full disk is a finding of doctor_look_at_room(). */
struct finding doctor_look_at_writing(struct doctor *d)
{
	if (account_run(d->work, write_something, NULL))
		return doctor_fine("writable");
	if (doctor_look_at_room(d).verdict == BAD)
		return FINDING(d, SKIPPED,
			       "not checked before \"store room\" is ok");
	return doctor_failure(d);
}

struct finding doctor_look_at_devices(struct doctor *d)
{
	const char *dir = d->work->conf->store_dir;
	struct pool *pool = d->work->pool;
	struct stat temp, objects, public;

	if (stat(pool_printf(pool, "%s/tmp", dir), &temp) ||
	    stat(pool_printf(pool, "%s/objects", dir), &objects) ||
	    stat(pool_printf(pool, "%s/public", dir), &public))
		return errno == ENOENT ? doctor_fine("new")
				       : FINDING(d, BAD, "%s: %s", dir,
						 strerror(errno));
	if (temp.st_dev != objects.st_dev)
		return FINDING(d, BAD,
			       "%s/tmp and %s/objects are on different file "
			       "systems, so uploads cannot be moved: put "
			       "both on one",
			       dir, dir);
	if (public.st_dev != objects.st_dev)
		return FINDING(d, BAD,
			       "%s/public and %s/objects are on different file "
			       "systems, so the web server cannot serve public "
			       "pictures alone: put both on one",
			       dir, dir);
	return doctor_fine("tmp, objects and public are on one file system");
}

struct finding doctor_look_at_keys(struct doctor *d)
{
	const char *path = d->work->conf->keys_file;
	const struct passwd *account = service_account(d->work->conf);
	struct key key;
	struct stat st = { 0 };

	if (stat(path, &st) && errno == ENOENT)
		return FINDING(d, BAD,
			       "keys_file: %s does not exist; run `pixtierctl "
			       "key rotate` and chown the file to the account "
			       "of the service",
			       path);
	if (access(path, R_OK))
		return FINDING(d, BAD,
			       "keys_file: %s: %s; run this as root, and chown "
			       "the file to the account of the service",
			       path, strerror(errno));
	if (st.st_mode & (S_IRWXO | S_IWGRP))
		return FINDING(d, BAD,
			       "%s has the mode %04o: accounts that can "
			       "read it can sign links; chmod 0600",
			       path, (unsigned)(st.st_mode & 07777));
	if (account &&
	    !account_can_read(
		    &(struct account){ account->pw_uid, account->pw_gid }, &st))
		return FINDING(d, BAD,
			       "%s is not readable by %s (the setting user): "
			       "chown it",
			       path, account->pw_name);
	if (!keyring_signer(&key, d->work))
		return FINDING(d, BAD,
			       "%s; put a copy of the file back, or move it "
			       "away and run `pixtierctl key rotate`, which "
			       "invalidates all links",
			       d->work->why);
	explicit_bzero(&key.secret, sizeof(key.secret));
	return FINDING(d, FINE, "key %lld signs", (long long)key.id);
}
