#ifndef ADMIN_SETUP_H
#define ADMIN_SETUP_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "lib/base/util.h"

/* Only for the files of pixtierctl setup. */

struct call;
struct work;

/* Files of the administrator that setup writes. */

/* Reads the file; an absent file is an empty text. */
bool setup_file_read(const char **text, struct work *work,
		     const char *path) MUST_CHECK;

/* Writes a file at once: with this content or not at all. ACCOUNT_NO_GROUP: the
   group stays that of root. */
bool setup_file_write(struct work *work, const char *path, const char *text,
		      mode_t mode, gid_t group) MUST_CHECK;

/* A line of the settings file. */
struct setup_setting {
	const char *name, *value;
};

/* Returns the text of a settings file with these settings at its end, instead
   of the lines that set them. ERR_INVALID_FIELD if a value has a character that
   a settings file does not accept in quotation marks. */
bool setup_file_edit(const char **text, struct work *work, const char *before,
		     const struct setup_setting *settings,
		     size_t count) MUST_CHECK;

/* A web server that setup can enable a site of; a row of a table. */
struct setup_server;

/* Finds the web server of this host: the one with this name (NULL: any). The
   one that has a site of pixtier comes first. ERR_BAD_REQUEST if none or
   several are found. */
bool setup_server_find(const struct setup_server **server, struct work *work,
		       const char *name) MUST_CHECK;

const char *setup_server_name(const struct setup_server *server);

/* Returns the path that enables its site: a link, or the site itself. */
const char *setup_server_site(const struct setup_server *server);

/* Returns the name of the group that it runs as, or "". */
const char *setup_server_group(const struct setup_server *server);

/* Whether the site is there and enabled. */
bool setup_server_has_site(const struct setup_server *server);

/* Writes and enables the site unless it is there, and has the server check its
   configuration. If the server refuses it, removes what it has written; modules
   that it has enabled stay so. */
bool setup_server_enable(const struct setup_server *server, struct work *work,
			 const char *text) MUST_CHECK;

/* Has systemd make the server read its configuration. */
bool setup_server_reload(const struct setup_server *server,
			 struct work *work) MUST_CHECK;

/* Runs a program with the output on the standard error. `args` ends in NULL. */
bool setup_server_run(struct work *work, const char *const *args) MUST_CHECK;

/* Whether systemd runs this host. */
bool setup_server_has_systemd(void);

#endif
