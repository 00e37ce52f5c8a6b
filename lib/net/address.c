/* address.c: decides which addresses may be contacted. */
#include "config.h"

#include "lib/net/address.h"

#include <netinet/in.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "lib/base/cidr.h"
#include "lib/base/conf.h"

/*
 * Special-purpose blocks of
 * https://www.iana.org/assignments/iana-ipv4-special-registry and
 * iana-ipv6-special-registry, with multicast and unassigned blocks. It includes
 * blocks that the registries call globally reachable, because they have no web
 * servers. It does not include the NAT64 block: behind DNS64, that block has
 * the addresses of all IPv4 servers (RFC 6052), so the IPv4 address in its last
 * four bytes is checked.
 */
/* clang-format off */
static const struct special {
	const char *block, *purpose;
} specials[] = {
	{ "0.0.0.0/8",          "this network (RFC 791)" },
	{ "10.0.0.0/8",         "private use (RFC 1918)" },
	{ "100.64.0.0/10",      "shared address space (RFC 6598)" },
	{ "127.0.0.0/8",        "loopback (RFC 1122)" },
	{ "169.254.0.0/16",     "link-local (RFC 3927)" },
	{ "172.16.0.0/12",      "private use (RFC 1918)" },
	{ "192.0.0.0/24",       "protocol assignments (RFC 6890)" },
	{ "192.0.2.0/24",       "documentation (RFC 5737)" },
	{ "192.31.196.0/24",    "AS112 (RFC 7535)" },
	{ "192.52.193.0/24",    "AMT (RFC 7450)" },
	{ "192.88.99.0/24",     "6to4 relays (RFC 7526)" },
	{ "192.168.0.0/16",     "private use (RFC 1918)" },
	{ "192.175.48.0/24",    "AS112 (RFC 7534)" },
	{ "198.18.0.0/15",      "benchmarking (RFC 2544)" },
	{ "198.51.100.0/24",    "documentation (RFC 5737)" },
	{ "203.0.113.0/24",     "documentation (RFC 5737)" },
	{ "224.0.0.0/4",        "multicast (RFC 5771)" },
	{ "240.0.0.0/4",        "reserved (RFC 1112), broadcast (RFC 919)" },

	{ "::1",                "loopback (RFC 4291)" },
	{ "::",                 "unspecified (RFC 4291)" },
	{ "::/96",              "IPv4-compatible (RFC 4291)" },
	{ "64:ff9b:1::/48",     "local-use NAT64 (RFC 8215)" },
	{ "100::/64",           "discard-only (RFC 6666)" },
	{ "100:0:0:1::/64",     "dummy prefix (RFC 9780)" },
	{ "2001::/32",          "Teredo (RFC 4380)" },
	{ "2001:2::/48",        "benchmarking (RFC 5180)" },
	{ "2001::/23",          "protocol assignments (RFC 2928)" },
	{ "2001:db8::/32",      "documentation (RFC 3849)" },
	{ "2002::/16",          "6to4 (RFC 3056)" },
	{ "2620:4f:8000::/48",  "AS112 (RFC 7534)" },
	{ "3fff::/20",          "documentation (RFC 9637)" },
	{ "5f00::/16",          "segment routing (RFC 9602)" },
	{ "fc00::/7",           "unique local (RFC 4193)" },
	{ "fe80::/10",          "link-local (RFC 4291)" },
	{ "fec0::/10",          "site-local (RFC 3879)" },
	{ "ff00::/8",           "multicast (RFC 4291)" },
	{ "4000::/2",           "not global unicast (RFC 4291)" },
	{ "8000::/1",           "not global unicast (RFC 4291)" },
};
static const char mapped[] = "::ffff:0:0/96";
static const char nat64[] = "64:ff9b::/96";
static const char unassigned[] = "::/3";
/* clang-format on */

enum { SIZE = CIDR_ADDRESS_SIZE };

/* Converts an address to 16 bytes of IPv6; false for any other family. */
static bool read_address(uint8_t bytes[SIZE], const struct sockaddr *address)
{
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;

	switch (address->sa_family) {
	case AF_INET:
		memcpy(&v4, address, sizeof(v4));
		memset(bytes, 0, 10);
		memset(bytes + 10, 0xff, 2);
		memcpy(bytes + 12, &v4.sin_addr, 4);
		return true;
	case AF_INET6:
		memcpy(&v6, address, sizeof(v6));
		memcpy(bytes, &v6.sin6_addr, SIZE);
		return true;
	default:
		return false;
	}
}

static bool is_in(const char *block, const uint8_t bytes[SIZE])
{
	struct cidr cidr;

	if (!cidr_parse(&cidr, block))
		abort(); /* the table has an error */
	return cidr_has(&cidr, bytes);
}

static const char *purpose_of(const uint8_t bytes[SIZE])
{
	for (size_t i = 0; i < ARRAY_LEN(specials); i++)
		if (is_in(specials[i].block, bytes))
			return specials[i].purpose;
	if (is_in(unassigned, bytes) && !is_in(mapped, bytes) &&
	    !is_in(nat64, bytes))
		return "not global unicast (RFC 4291)";
	return NULL;
}

/* Extracts the IPv4 address of a NAT64 address, as a mapped one. */
static bool behind_nat64(uint8_t inner[SIZE], const uint8_t bytes[SIZE])
{
	if (!is_in(nat64, bytes))
		return false;
	memcpy(inner, bytes, SIZE);
	memset(inner, 0, 10);
	memset(inner + 10, 0xff, 2);
	return true;
}

bool address_may_be_called(const struct sockaddr *address,
			   const struct conf *conf)
{
	uint8_t bytes[SIZE], inner[SIZE];

	if (!read_address(bytes, address) ||
	    cidr_list_has(conf->fetch_deny, bytes))
		return false;
	if (cidr_list_has(conf->fetch_allow, bytes))
		return true;
	if (behind_nat64(inner, bytes))
		return !purpose_of(inner) &&
		       !cidr_list_has(conf->fetch_deny, inner);
	return !purpose_of(bytes);
}

const char *address_purpose(const struct sockaddr *address)
{
	uint8_t bytes[SIZE], inner[SIZE];

	if (!read_address(bytes, address))
		return "neither IPv4 nor IPv6";
	return purpose_of(behind_nat64(inner, bytes) ? inner : bytes);
}
