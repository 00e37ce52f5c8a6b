#ifndef LIB_NET_ADDRESS_H
#define LIB_NET_ADDRESS_H

#include <stdbool.h>

struct conf;
struct sockaddr;

/*
 * Whether a host at this address may be contacted. The setting fetch_deny
 * forbids addresses, then fetch_allow allows addresses; all others are allowed
 * unless they are in IANA's registries of special-purpose addresses (RFC 6890)
 * or in a block that is not assigned to hosts. An IPv4 address inside an IPv6
 * address that leads to it is checked too. Other families are forbidden.
 */
bool address_may_be_called(const struct sockaddr *address,
			   const struct conf *conf);

/* Returns why an address is special, such as "loopback", or NULL if it is not.
   Ignores the settings. For tests and the log. */
const char *address_purpose(const struct sockaddr *address);

#endif
