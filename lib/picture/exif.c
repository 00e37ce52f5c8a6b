/* exif.c: reads the orientation of a picture. */
#include "config.h"

#include "lib/picture/exif.h"

#include <string.h>

#include "lib/picture/bytes.h"

enum {
	MAX_BYTES = 65536,
	ENTRY_SIZE = 12,
	TAG_ORIENTATION = 274,
	TYPE_SHORT = 3
};

struct exif {
	struct bytes bytes;
	bool little;
};

static uint16_t get16(const struct exif *exif, const uint8_t *at)
{
	return exif->little ? le16(at) : be16(at);
}

static uint32_t get32(const struct exif *exif, const uint8_t *at)
{
	return exif->little ? le32(at) : be32(at);
}

static unsigned read_orientation(const struct exif *exif, const uint8_t *entry)
{
	unsigned value = get16(exif, entry + 8);
	bool is_right = get16(exif, entry + 2) == TYPE_SHORT && value >= 1 &&
			value <= 8;

	return is_right ? value : 1;
}

/* Reads only IFD0 and follows no offset from it, so loops are impossible. */
static unsigned find_orientation(const struct exif *exif, uint32_t offset)
{
	const uint8_t *at;
	size_t count, room;

	if (!bytes_hold(exif->bytes, offset, 2))
		return 1;
	at = exif->bytes.data + offset + 2;
	room = (exif->bytes.len - offset - 2) / ENTRY_SIZE;
	count = get16(exif, at - 2);
	if (count > room)
		count = room;

	for (; count; count--, at += ENTRY_SIZE)
		if (get16(exif, at) == TAG_ORIENTATION)
			return read_orientation(exif, at);
	return 1;
}

unsigned exif_orientation(const uint8_t *data, size_t len)
{
	struct exif exif = { .bytes = { data, len } };

	if (len >= 6 && !memcmp(data, "Exif\0", 6))
		exif.bytes = (struct bytes){ data + 6, len - 6 };
	if (exif.bytes.len > MAX_BYTES)
		exif.bytes.len = MAX_BYTES;
	if (exif.bytes.len < 8)
		return 1;

	exif.little = !memcmp(exif.bytes.data, "II*\0", 4);
	if (!exif.little && memcmp(exif.bytes.data, "MM\0*", 4))
		return 1;
	return find_orientation(&exif, get32(&exif, exif.bytes.data + 4));
}
