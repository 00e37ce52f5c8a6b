#ifndef LIB_NET_PRELOAD_H
#define LIB_NET_PRELOAD_H

#include <stddef.h>

struct work;

/* The CA bundle, loaded before the sandbox blocks file access. */
struct preload {
	char *certificates; /* trusted CA certificates, PEM */
	size_t len;         /* 0: there are none, so https does not work */
};

/*
 * Call it once in a process. Loads the CA certificates (of the setting
 * fetch_tls_ca, or those of libcurl), and lets libcurl and the resolver load
 * their files. Names come from /etc/hosts, as long as it can be read, and from
 * the DNS. Memory belongs to the work's pool.
 */
void preload_init(struct preload *preload, struct work *work);

#endif
