#ifndef LIB_NET_LEASH_H
#define LIB_NET_LEASH_H

#include "lib/base/fence.h"

/*
 * For the fetching child, when it has what it needs (provision.h): from
 * now on it may look up names, call the ports of fetch_ports by TCP, hear, and
 * say to FENCE_SOCKET what it heard. It runs nothing, starts nobody, listens to
 * nobody who calls, and writes no file; what it reads are /etc/hosts and its
 * like, where the kernel has Landlock to tell them apart, otherwise nothing.
 * `seconds` of CPU time. Returns the parts in force, see fence.h.
 */
unsigned leash_put(const struct conf *conf, long seconds);

#endif
