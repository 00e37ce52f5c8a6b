/* setup_server.c: enables the site of pixtier in the web server of this host.
 */
#include "config.h"

#include <errno.h>
#include <grp.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "admin/setup.h"
#include "lib/base/account.h"
#include "lib/base/pool.h"
#include "lib/base/text.h"
#include "lib/base/work.h"

enum { MAX_ARGS = 16 };

/* Adding a web server is adding a row, beside its row in site.c. */
/* clang-format off */
static const struct setup_server {
	const char *name;
	const char *unit;   /* of systemd */
	const char *reload; /* how systemctl makes it read its configuration */
	const char *folder; /* exists if the server is installed */
	const char *site;
	const char *link, *target; /* enables the site; NULL: needs no link */
	const char *prepare[MAX_ARGS]; /* may be empty */
	const char *check[MAX_ARGS];
} servers[] = {
	{ "apache", "apache2", "restart", "/etc/apache2/sites-available", "/etc/apache2/sites-available/pixtier.conf",
	  "/etc/apache2/sites-enabled/pixtier.conf", "../sites-available/pixtier.conf",
	  { "a2enmod", "-q", "alias", "buffer", "deflate", "headers", "http2", "lua", "proxy_fcgi", "reqtimeout", "rewrite", "setenvif", "ssl", "unique_id",
	    "xsendfile" },
	  { "apache2ctl", "configtest" } },
	{ "lighttpd", "lighttpd", "reload-or-restart", "/etc/lighttpd/conf-available", "/etc/lighttpd/conf-available/90-pixtier.conf",
	  "/etc/lighttpd/conf-enabled/90-pixtier.conf", "../conf-available/90-pixtier.conf",
	  { NULL }, { "lighttpd", "-tt", "-f", "/etc/lighttpd/lighttpd.conf" } },
	{ "nginx", "nginx", "reload-or-restart", "/etc/nginx/conf.d", "/etc/nginx/conf.d/pixtier.conf", NULL, NULL,
	  { NULL }, { "nginx", "-t", "-q" } },
};
/* clang-format on */

static bool exists(const char *path)
{
	struct stat st;

	return !lstat(path, &st);
}

bool setup_server_has_site(const struct setup_server *server)
{
	return exists(server->site) && (!server->link || exists(server->link));
}

/* Returns the number of servers that have a site or, if there are none, that
   are installed; `found` is the last of them. */
static size_t look_for(const struct setup_server **found, const char *name,
		       bool with_site)
{
	size_t count = 0;

	for (size_t i = 0; i < ARRAY_LEN(servers); i++) {
		const struct setup_server *server = &servers[i];

		if ((name && strcmp(name, server->name)) ||
		    !exists(with_site ? server->site : server->folder))
			continue;
		*found = server;
		count++;
	}
	return count;
}

bool setup_server_find(const struct setup_server **server, struct work *work,
		       const char *name)
{
	const char *names = "";
	size_t count = look_for(server, name, true);

	for (size_t i = 0; i < ARRAY_LEN(servers); i++)
		names = text_add_word(work->pool, names, servers[i].name);
	if (count != 1)
		count = look_for(server, name, false);
	if (count > 1)
		return fail(work, ERR_BAD_REQUEST,
			    "several web servers are installed: name one with "
			    "--server: %s",
			    names);
	return count || fail(work, ERR_CONFLICT,
			     "no web server is found: install one of %s%s%s, "
			     "and run this again",
			     names, name ? ", not " : "", name ? name : "");
}

const char *setup_server_name(const struct setup_server *server)
{
	return server->name;
}

const char *setup_server_site(const struct setup_server *server)
{
	return server->link ? server->link : server->site;
}

const char *setup_server_group(const struct setup_server *server)
{
	if (getgrnam("www-data"))
		return "www-data";
	return getgrnam(server->name) ? server->name : "";
}

bool setup_server_has_systemd(void)
{
	return exists("/run/systemd/system");
}

bool setup_server_run(struct work *work, const char *const *args)
{
	posix_spawn_file_actions_t actions;
	int status = -1, error;
	pid_t pid, got;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO,
					 STDOUT_FILENO);
	error = posix_spawnp(&pid, args[0], &actions, NULL, (char *const *)args,
			     environ);
	posix_spawn_file_actions_destroy(&actions);
	if (error)
		return fail(work, ERR_CONFLICT,
			    "cannot run %s: %s; add its folder, such as "
			    "/usr/sbin, to PATH",
			    args[0], strerror(error));
	do
		got = waitpid(pid, &status, 0);
	while (got < 0 && errno == EINTR);
	return (got == pid && WIFEXITED(status) && !WEXITSTATUS(status)) ||
	       fail(work, ERR_CONFLICT,
		    "%s %s has failed; see its message above", args[0],
		    args[1]);
}

bool setup_server_enable(const struct setup_server *server, struct work *work,
			 const char *text)
{
	const bool had_site = exists(server->site);

	if (*server->prepare && !setup_server_run(work, server->prepare))
		return false;
	if (!had_site &&
	    !setup_file_write(work, server->site, text, 0644, ACCOUNT_NO_GROUP))
		return false;
	if (server->link && symlink(server->target, server->link) &&
	    errno != EEXIST)
		return fail_errno(work, "cannot link %s", server->link);
	if (setup_server_run(work, server->check))
		return true;
	if (server->link)
		unlink(server->link);
	if (!had_site)
		unlink(server->site);
	return false;
}

bool setup_server_reload(const struct setup_server *server, struct work *work)
{
	const char *const args[] = { "systemctl", server->reload, server->unit,
				     NULL };

	return setup_server_run(work, args);
}
