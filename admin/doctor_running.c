/* doctor_running.c: checks whether the programs run. */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "admin/doctor.h"
#include "lib/base/account.h"
#include "lib/base/conf.h"
#include "lib/model/worker.h"

enum { LOOKS = 20, LOOK_MS = 100 };

/* Returns 0 if a process listens there, else the error. The process sees a
   connection that ends at once. */
static int try_to_connect(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int error = 0;

	if (fd < 0)
		return errno;
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	if (connect(fd, (const struct sockaddr *)&address, sizeof(address)))
		error = errno;
	close(fd);
	return error == EAGAIN ? 0 : error; /* EAGAIN: too many wait */
}

static struct finding look_at_missing(struct doctor *d, const char *setting,
				      const char *path)
{
	const int error = errno;
	const char *slash = strrchr(path, '/');
	const char *folder = slash ? pool_strndup(d->work->pool, path,
						  (size_t)(slash - path))
				   : "";

	if (error == ENOENT && *folder && access(folder, F_OK))
		return FINDING(d, BAD,
			       "%s: the folder %s does not exist: make it, or "
			       "let `systemd-tmpfiles --create` do it, and "
			       "start pixtier-fcgi",
			       setting, folder);
	if (error == ENOENT)
		return FINDING(d, BAD,
			       "%s: the socket %s does not exist: start "
			       "pixtier-fcgi",
			       setting, path);
	return FINDING(d, BAD, "%s: cannot look at %s: %s; run this as root",
		       setting, path, strerror(error));
}

static struct finding look_at_listener(struct doctor *d, const char *setting,
				       const char *path)
{
	const int error = try_to_connect(path);

	if (error == EACCES)
		return FINDING(d, BAD,
			       "%s: this account may not connect to %s: run "
			       "this as root or with the account of pixtier",
			       setting, path);
	if (error)
		return FINDING(d, BAD,
			       "%s: no process listens at %s (%s): start "
			       "pixtier-fcgi",
			       setting, path, strerror(error));
	return FINDING(d, FINE, "%s", path);
}

static struct finding look_at(struct doctor *d, const char *setting,
			      const char *path)
{
	struct stat st;
	gid_t group;

	if (!*path)
		return FINDING(d, FINE, "none: %s is empty", setting);
	if (stat(path, &st))
		return look_at_missing(d, setting, path);
	if (!account_find_group(&group, d->work, "socket_group",
				d->work->conf->socket_group))
		return doctor_failure(d);
	if (group != ACCOUNT_NO_GROUP && group != st.st_gid)
		return FINDING(d, BAD,
			       "%s: %s does not belong to the group %s "
			       "(socket_group): restart pixtier-fcgi as root",
			       setting, path, d->work->conf->socket_group);
	return look_at_listener(d, setting, path);
}

struct finding doctor_look_at_socket(struct doctor *d)
{
	return look_at(d, "listen", d->work->conf->listen);
}

struct finding doctor_look_at_uploads_socket(struct doctor *d)
{
	return look_at(d, "listen_uploads", d->work->conf->listen_uploads);
}

static bool count_alive(size_t *alive, struct work *work)
{
	struct worker *workers;
	size_t count;

	if (!worker_list(&workers, &count, work))
		return false;
	*alive = 0;
	for (size_t i = 0; i < count; i++)
		*alive += workers[i].alive;
	return true;
}

/* Workers that have just been started need a moment until they have rows. */
struct finding doctor_look_at_workers(struct doctor *d)
{
	static const struct timespec pause = { .tv_nsec = LOOK_MS * 1000000L };
	size_t alive = 0;

	for (int i = 0; i < LOOKS && !alive; i++) {
		if (i)
			nanosleep(&pause, NULL);
		if (!count_alive(&alive, d->work))
			return doctor_failure(d);
	}
	if (!alive)
		return FINDING(d, BAD,
			       "none runs, so jobs stay queued: start "
			       "pixtier-worker");
	return FINDING(d, FINE, "%zu run", alive);
}
