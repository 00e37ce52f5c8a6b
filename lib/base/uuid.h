#ifndef LIB_BASE_UUID_H
#define LIB_BASE_UUID_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/util.h"

/* RFC 9562 section 5.7: 48 bits of Unix milliseconds, then 74 random bits. */
struct uuid {
	uint8_t bytes[16];
};

enum { UUID_TEXT_SIZE = 37, UUID_HEX_SIZE = 33 };

struct uuid uuid_new(void);
bool uuid_is_nil(struct uuid uuid);
bool uuid_equal(struct uuid a, struct uuid b);

/* Reads the 36 characters of RFC 9562 section 4, of any version, in upper or
   lower case; writes lower case. */
bool uuid_parse(struct uuid *uuid, const char *text) MUST_CHECK;
const char *uuid_text(struct uuid uuid, char text[UUID_TEXT_SIZE]);

/* Writes the 32 hexadecimal digits without hyphens, for file names. */
const char *uuid_hex(struct uuid uuid, char hex[UUID_HEX_SIZE]);

/* For a printf argument: the text lives until the end of the enclosing
   block. */
#define UUID_TEXT(uuid) uuid_text((uuid), (char[UUID_TEXT_SIZE]){ 0 })

#endif
