/* uuid.c: identifiers that sort by time. */
#include "config.h"

#include "lib/base/uuid.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "lib/base/text.h"

struct uuid uuid_new(void)
{
	struct uuid uuid;
	struct timespec now;
	uint64_t ms;

	if (getrandom(&uuid, sizeof(uuid), 0) != sizeof(uuid))
		abort();
	clock_gettime(CLOCK_REALTIME, &now);
	ms = (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
	for (int i = 0; i < 6; i++)
		uuid.bytes[i] = (uint8_t)(ms >> (40 - 8 * i));
	uuid.bytes[6] = 0x70 | (uuid.bytes[6] & 0x0f);
	uuid.bytes[8] = 0x80 | (uuid.bytes[8] & 0x3f);
	return uuid;
}

bool uuid_is_nil(struct uuid uuid)
{
	return uuid_equal(uuid, (struct uuid){ 0 });
}

bool uuid_equal(struct uuid a, struct uuid b)
{
	return !memcmp(&a, &b, sizeof(a));
}

bool uuid_parse(struct uuid *uuid, const char *text)
{
	struct uuid parsed;
	char hex[UUID_HEX_SIZE];
	size_t used = 0;

	if (strlen(text) != UUID_TEXT_SIZE - 1)
		return false;
	for (int i = 0; i < UUID_TEXT_SIZE - 1; i++) {
		bool hyphen = i == 8 || i == 13 || i == 18 || i == 23;

		if (hyphen != (text[i] == '-'))
			return false;
		if (!hyphen)
			hex[used++] = text[i];
	}
	hex[used] = '\0';
	if (!text_unhex(parsed.bytes, sizeof(parsed.bytes), hex))
		return false;
	*uuid = parsed;
	return true;
}

const char *uuid_text(struct uuid uuid, char text[UUID_TEXT_SIZE])
{
	char hex[UUID_HEX_SIZE];

	uuid_hex(uuid, hex);
	snprintf(text, UUID_TEXT_SIZE, "%.8s-%.4s-%.4s-%.4s-%.12s", hex,
		 hex + 8, hex + 12, hex + 16, hex + 20);
	return text;
}

const char *uuid_hex(struct uuid uuid, char hex[UUID_HEX_SIZE])
{
	text_hex(hex, uuid.bytes, sizeof(uuid.bytes));
	return hex;
}
