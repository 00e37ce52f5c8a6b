/* doctor_running.c: checks whether the programs run. */
#include "config.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "admin/doctor.h"
#include "lib/base/account.h"
#include "lib/base/conf.h"
#include "lib/model/worker.h"

/* Whether a process listens there. It sees a connection that ends at once. */
static bool is_answered(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	bool answered;

	if (fd < 0 || strlen(path) >= sizeof(address.sun_path))
		return false;
	strcpy(address.sun_path, path);
	answered = !connect(fd, (const struct sockaddr *)&address,
			    sizeof(address)) ||
		   errno == EAGAIN; /* too many wait for an answer */
	close(fd);
	return answered;
}

static struct finding look_at(struct doctor *d, const char *setting,
			      const char *path)
{
	struct stat st;
	gid_t group;

	if (!*path)
		return FINDING(d, FINE, "none: %s is empty", setting);
	if (stat(path, &st))
		return FINDING(d, BAD, "%s: %s: %s; start pixtier-fcgi",
			       setting, path, strerror(errno));
	if (!account_find_group(&group, d->work, "socket_group",
				d->work->conf->socket_group))
		return FINDING(d, BAD, "%s", d->work->why);
	if (group != ACCOUNT_NO_GROUP && group != st.st_gid)
		return FINDING(d, BAD,
			       "%s: %s does not belong to the group %s "
			       "(socket_group): restart pixtier-fcgi as root",
			       setting, path, d->work->conf->socket_group);
	if (!is_answered(path))
		return FINDING(d, BAD,
			       "%s: nobody listens at %s: start pixtier-fcgi",
			       setting, path);
	return FINDING(d, FINE, "%s", path);
}

struct finding doctor_look_at_socket(struct doctor *d)
{
	return look_at(d, "listen", d->work->conf->listen);
}

struct finding doctor_look_at_uploads_socket(struct doctor *d)
{
	return look_at(d, "listen_uploads", d->work->conf->listen_uploads);
}

struct finding doctor_look_at_workers(struct doctor *d)
{
	struct worker *workers;
	size_t count, alive = 0;

	if (!worker_list(&workers, &count, d->work))
		return FINDING(d, BAD, "%s", d->work->why);
	for (size_t i = 0; i < count; i++)
		alive += workers[i].alive;
	if (!alive)
		return FINDING(d, BAD,
			       "none runs, so jobs stay queued: start "
			       "pixtier-worker");
	return FINDING(d, FINE, "%zu run", alive);
}
