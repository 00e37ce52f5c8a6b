/* listener.c: opens the sockets of the settings. */
#include "config.h"

#include "fcgi/listener.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/base/account.h"
#include "lib/base/conf.h"

static bool fill_address(struct sockaddr_un *address, struct work *work,
			 const char *setting, const char *path)
{
	*address = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if (strlen(path) >= sizeof(address->sun_path))
		return fail_field(work, setting,
				  "%s: a path of at most %zu bytes, not %s",
				  setting, sizeof(address->sun_path) - 1, path);
	strcpy(address->sun_path, path);
	return true;
}

/* Removes a socket, but no other file. */
static bool make_room(struct work *work, const char *setting, const char *path)
{
	struct stat st;

	if (lstat(path, &st))
		return true;
	if (!S_ISSOCK(st.st_mode))
		return fail_field(work, setting,
				  "%s: expected a socket or nothing at %s, "
				  "found another file; remove it or change the "
				  "setting",
				  setting, path);
	return !unlink(path) ||
	       fail_errno(work, "%s: cannot replace the socket %s", setting,
			  path);
}

/* Until listen() nobody can connect, so the permissions are in force before the
   first connection. */
static bool give(struct work *work, const char *setting, const char *path)
{
	const struct conf *conf = work->conf;
	struct account account;
	gid_t group;

	if (!account_find_group(&group, work, "socket_group",
				conf->socket_group) ||
	    !account_find(&account, work))
		return false;
	if (group == ACCOUNT_NO_GROUP)
		group = account.gid;
	if (lchown(path, account.uid, group) ||
	    chmod(path, (mode_t)conf->socket_mode))
		return fail_errno(work,
				  "%s: cannot give %s to the group of the "
				  "setting socket_group; start pixtier-fcgi as "
				  "root, or as a member of the group",
				  setting, path);
	return true;
}

bool listener_open(int *fd, struct work *work, const char *setting,
		   const char *path, int backlog)
{
	struct sockaddr_un address;

	if (!fill_address(&address, work, setting, path) ||
	    !make_room(work, setting, path))
		return false;
	*fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (*fd < 0 ||
	    bind(*fd, (const struct sockaddr *)&address, sizeof(address)))
		return fail(work, ERR_INTERNAL,
			    "%s: cannot make the socket %s: %s; its folder "
			    "must exist, and pixtier-fcgi must be able to "
			    "write to it",
			    setting, path, strerror(errno));
	if (!give(work, setting, path))
		return false;
	return !listen(*fd, backlog) ||
	       fail_errno(work, "%s: cannot listen at %s", setting, path);
}
