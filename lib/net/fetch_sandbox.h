#ifndef LIB_NET_FETCH_SANDBOX_H
#define LIB_NET_FETCH_SANDBOX_H

#include "lib/process/sandbox.h"

/*
 * Enters the sandbox of the fetching child, after it has loaded what it needs
 * (preload.h). From then on, the child may look up names, connect by TCP to the
 * ports of fetch_ports, and use SANDBOX_SOCKET. It cannot run programs, start
 * processes, listen, or write files. It can read /etc/hosts and similar files
 * if the kernel has Landlock, otherwise no file. `seconds` is the limit of CPU
 * time. Returns the parts in force, see sandbox.h.
 */
unsigned fetch_sandbox_enter(const struct conf *conf, long seconds);

#endif
