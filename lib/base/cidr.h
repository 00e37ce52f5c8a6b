#ifndef LIB_BASE_CIDR_H
#define LIB_BASE_CIDR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/util.h"

/*
 * Blocks of IP addresses (RFC 4632 section 3.1, RFC 4291 section 2.3). Every
 * address has the 16 bytes of IPv6 in network order; one of IPv4 is mapped:
 * ::ffff:a.b.c.d.
 */
enum { CIDR_ADDRESS_SIZE = 16, CIDR_TEXT_SIZE = 64 };

struct cidr {
	uint8_t bytes[CIDR_ADDRESS_SIZE];
	unsigned bits; /* how many of them count, from the first */
};

/* "10.0.0.0/8", "fc00::/7"; without a length it is one address. Bits behind
   the length must be 0: whoever set some meant another block. */
bool cidr_parse(struct cidr *cidr, const char *text) MUST_CHECK;

bool cidr_has(const struct cidr *cidr,
	      const uint8_t address[CIDR_ADDRESS_SIZE]);

/* Blocks with spaces between. The first that is none is copied to `bad`. */
bool cidr_list_check(char bad[CIDR_TEXT_SIZE], const char *list) MUST_CHECK;
bool cidr_list_has(const char *list, const uint8_t address[CIDR_ADDRESS_SIZE]);

#endif
