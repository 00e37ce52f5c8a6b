#ifndef LIB_BASE_CIDR_H
#define LIB_BASE_CIDR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/util.h"

/* Blocks of IP addresses (RFC 4632 section 3.1, RFC 4291 section 2.3). Every
   address has the 16 bytes of IPv6 in network order. IPv4 addresses are mapped:
   ::ffff:a.b.c.d. */
enum { CIDR_ADDRESS_SIZE = 16, CIDR_TEXT_SIZE = 64 };

struct cidr {
	uint8_t bytes[CIDR_ADDRESS_SIZE];
	unsigned bits; /* length of the prefix */
};

/* Reads "10.0.0.0/8" or "fc00::/7". Text without a length is one address. Bits
   after the prefix must be 0: set bits mean that the author meant another
   block. */
bool cidr_parse(struct cidr *cidr, const char *text) MUST_CHECK;

bool cidr_has(const struct cidr *cidr,
	      const uint8_t address[CIDR_ADDRESS_SIZE]);

/* Checks blocks with spaces between. On false, `bad` has the first invalid
   one. */
bool cidr_list_check(char bad[CIDR_TEXT_SIZE], const char *list) MUST_CHECK;
bool cidr_list_has(const char *list, const uint8_t address[CIDR_ADDRESS_SIZE]);

#endif
