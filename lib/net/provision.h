#ifndef LIB_NET_PROVISION_H
#define LIB_NET_PROVISION_H

#include <stddef.h>

struct work;

/* What calling needs of files, for who will not be able to read any. */
struct provision {
	char *certificates; /* PEM: whose are believed */
	size_t len;         /* 0: there are none, so https is not possible */
};

/*
 * Once in a process: reads the certificates (the setting fetch_tls_ca, or those
 * of libcurl), and has libcurl and the resolver read what they need. Names are
 * those of /etc/hosts, as long as that can be read, and of the DNS. In the
 * work's pool.
 */
void provision_init(struct provision *provision, struct work *work);

#endif
