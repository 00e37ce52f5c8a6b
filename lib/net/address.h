#ifndef LIB_NET_ADDRESS_H
#define LIB_NET_ADDRESS_H

#include <stdbool.h>

struct conf;
struct sockaddr;

/*
 * Whether a host at this address may be called at all: not one that the
 * setting fetch_deny has; one that fetch_allow has; and any that is not in
 * IANA's registries of special-purpose addresses (RFC 6890) nor outside of
 * what is given out for hosts. An IPv4 address inside one of IPv6 that leads
 * to it counts too. Only IPv4 and IPv6 may be.
 */
bool address_may_be_called(const struct sockaddr *address,
			   const struct conf *conf);

/* "loopback": why an address of a special block is not called, or NULL when it
   is in none. The settings do not matter. For tests and for the log. */
const char *address_purpose(const struct sockaddr *address);

#endif
