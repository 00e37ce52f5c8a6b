#ifndef LIB_NET_URL_H
#define LIB_NET_URL_H

#include "lib/base/work.h"

enum { URL_MAX = 2048 };

/* A URL (RFC 3986), parsed by libcurl, which also contacts the host, so that
   check and request agree. */
struct url {
	const char *text; /* normalized, without a fragment */
	const char *host; /* a name, or an IP address without brackets */
	bool literal;     /* the host is an IP address */
	long port;
	const char *file; /* last part of the path, decoded; may be "" */
};

/*
 * Fails with ERR_INVALID_FIELD (field `url`) unless the URL may be fetched:
 * http or https, a port of the setting fetch_ports, no user name, at most
 * URL_MAX bytes. Spaces after the host become %20. A host with letters other
 * than ASCII is converted by IDNA 2008 (xn--). Does not look up the host.
 */
bool url_parse(struct url *url, struct work *work, const char *text) MUST_CHECK;

/* Fails with ERR_INVALID_FIELD (field `url`) if the host is an IP address that
   is not allowed (address.h) or a name of this host (localhost, RFC 6761). The
   addresses of other names are checked when they are contacted. */
bool url_check_address(struct work *work, const struct url *url) MUST_CHECK;

#endif
