#ifndef LIB_NET_URL_H
#define LIB_NET_URL_H

#include "lib/base/work.h"

enum { URL_MAX = 2048 };

/* An address on the web (RFC 3986), taken apart by the library that calls it,
   so that both understand the same. */
struct url {
	const char *text; /* normal form, without a fragment */
	const char *host; /* a name, or an IP address without brackets */
	bool literal;     /* the host is an IP address */
	long port;
	const char *file; /* the last part of the path, decoded; may be "" */
};

/*
 * ERR_INVALID_FIELD, of the field `url`, unless it is of the form that may be
 * called: http or https, a port of the setting fetch_ports, no user name, at
 * most URL_MAX bytes. Spaces behind the host become %20. A host of other
 * letters than those of ASCII is converted by IDNA 2008 (xn--).
 * Whom the host's name leads to is not looked at.
 */
bool url_parse(struct url *url, struct work *work, const char *text) MUST_CHECK;

/* ERR_INVALID_FIELD, of the field `url`, when the host is an IP address that
   may not be called (address.h), or a name of this host (localhost, RFC 6761).
   What other names lead to is looked at when they are called. */
bool url_check_address(struct work *work, const struct url *url) MUST_CHECK;

#endif
