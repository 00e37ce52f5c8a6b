#ifndef FCGI_LISTENER_H
#define FCGI_LISTENER_H

#include "lib/base/work.h"

/* Opens a unix socket for the web server at the path, which is the value of
   `setting`. Its permissions are socket_mode, its group is socket_group, and
   root gives it to the account of the service. Replaces the socket of a process
   that has ended. `fd` stays open until the process ends. */
bool listener_open(int *fd, struct work *work, const char *setting,
		   const char *path, int backlog) MUST_CHECK;

#endif
