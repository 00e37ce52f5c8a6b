/* png_exif.c: makes the chunk of a PNG that has EXIF. */
#include "config.h"

#include "lib/picture/png_exif.h"

#include <string.h>

#include <zlib.h>

#include "lib/base/pool.h"
#include "lib/picture/png_chunk.h"

/* Does without png_chunk_write(): responders and workers are not linked with
   ISA-L, which that uses. */
struct bytes png_exif_chunk(struct pool *pool, struct bytes exif)
{
	const size_t len = PNG_CHUNK_OVERHEAD + exif.len;
	uint8_t *chunk = pool_alloc(pool, len);

	put_be32(chunk, (uint32_t)exif.len);
	memcpy(chunk + 4, "eXIf", 4);
	memcpy(chunk + 8, exif.data, exif.len);
	put_be32(chunk + len - 4,
		 (uint32_t)crc32_z(0, chunk + 4, exif.len + 4));
	return (struct bytes){ chunk, len };
}
