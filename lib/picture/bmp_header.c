/* bmp_header.c: OS/2's bitmap header as that of Windows. */
#include "config.h"

#include "lib/picture/bmp_header.h"

#include <string.h>

#include "lib/picture/bytes.h"

enum { FILE_SIZE = 14, OS2_SIZE = 64, WINDOWS_SIZE = 40, CUT = 24 };

static void put_le32(uint8_t *at, uint32_t number)
{
	for (int i = 0; i < 4; i++)
		at[i] = (uint8_t)(number >> (8 * i));
}

const uint8_t *bmp_as_windows(struct pool *pool, const uint8_t *bytes,
			      size_t *len)
{
	const size_t kept = FILE_SIZE + WINDOWS_SIZE;
	uint32_t pixels_at;
	uint8_t *made;

	if (*len < FILE_SIZE + OS2_SIZE || le32(bytes + FILE_SIZE) != OS2_SIZE)
		return bytes;
	pixels_at = le32(bytes + 10);
	if (pixels_at < FILE_SIZE + OS2_SIZE || pixels_at > *len)
		return bytes;
	/* The file's own header says how long it is and where its pixels begin:
	   both have changed. */
	made = pool_alloc(pool, *len - CUT);
	memcpy(made, bytes, kept);
	memcpy(made + kept, bytes + FILE_SIZE + OS2_SIZE,
	       *len - FILE_SIZE - OS2_SIZE);
	put_le32(made + 2, (uint32_t)(*len - CUT));
	put_le32(made + 10, pixels_at - CUT);
	put_le32(made + FILE_SIZE, WINDOWS_SIZE);
	*len -= CUT;
	return made;
}
