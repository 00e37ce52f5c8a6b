/* iptc.c: reads IPTC-IIM. */
#include "config.h"

#include "lib/picture/iptc.h"

#include <string.h>

#include "lib/base/metadata.h"
#include "lib/picture/metadata_text.h"

enum {
	MARKER = 0x1c,
	HEADER_SIZE = 5,
	APPLICATION_RECORD = 2,
	MAX_VALUES = 16
};

const char *iptc_find(struct pool *pool, struct bytes iptc,
		      enum iptc_dataset dataset)
{
	const char *found = NULL;
	size_t len, count = 0;

	for (size_t at = 0;
	     bytes_hold(iptc, at, HEADER_SIZE) && iptc.data[at] == MARKER;
	     at += HEADER_SIZE + len) {
		const uint8_t *header = iptc.data + at;

		/* A length with the highest bit is an extended one: no text. */
		len = be16(header + 3);
		if (!bytes_hold(iptc, at + HEADER_SIZE, len))
			break;
		if (header[1] == APPLICATION_RECORD && header[2] == dataset &&
		    count++ < MAX_VALUES)
			found = metadata_join(
				pool, found,
				metadata_text(
					pool,
					(struct bytes){ header + HEADER_SIZE,
							len },
					METADATA_TEXT_MAX));
	}
	return found;
}

struct bytes iptc_in_photoshop(struct bytes resources)
{
	enum { ID_SIZE = 6, SIZE_SIZE = 4, IPTC_ID = 0x0404 };
	size_t at = 0;

	while (bytes_hold(resources, at, ID_SIZE + 1) &&
	       !memcmp(resources.data + at, "8BIM", 4)) {
		const unsigned id = be16(resources.data + at + 4);
		const size_t name = resources.data[at + ID_SIZE] + 1u;
		size_t len;

		at += ID_SIZE + name + name % 2;
		if (!bytes_hold(resources, at, SIZE_SIZE))
			break;
		len = be32(resources.data + at);
		at += SIZE_SIZE;
		if (!bytes_hold(resources, at, len))
			break;
		if (id == IPTC_ID)
			return (struct bytes){ resources.data + at, len };
		at += len + len % 2;
	}
	return (struct bytes){ 0 };
}
