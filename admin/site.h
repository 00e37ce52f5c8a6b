#ifndef ADMIN_SITE_H
#define ADMIN_SITE_H

#include <stdbool.h>
#include <stdio.h>

#include "lib/base/util.h"

struct call;

/* The sites of web servers. `server` is a name such as "nginx". */

/* Returns the value of the setting delivery that the server needs, or NULL if
   there is no site for it. */
const char *site_delivery(const char *server);

/* Prints the site with the settings and options of the call. ERR_BAD_REQUEST if
   the server is unknown, ERR_CONFLICT if the settings do not fit it. */
bool site_print(FILE *out, const struct call *call,
		const char *server) MUST_CHECK;

#endif
