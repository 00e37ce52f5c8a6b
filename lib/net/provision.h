#ifndef LIB_NET_PROVISION_H
#define LIB_NET_PROVISION_H

#include <stddef.h>

struct work;

/* The CA bundle, loaded before the sandbox blocks file access. */
struct provision {
	char *certificates; /* trusted CA certificates, PEM */
	size_t len;         /* 0: there are none, so https does not work */
};

/*
 * Call it once in a process. Loads the CA certificates (of the setting
 * fetch_tls_ca, or those of libcurl), and lets libcurl and the resolver load
 * their files. Names come from /etc/hosts, as long as it can be read, and from
 * the DNS. Memory belongs to the work's pool.
 */
void provision_init(struct provision *provision, struct work *work);

#endif
