/* png_chunk_write.c: writes the chunks of a PNG. */
#include "config.h"

#include "lib/picture/png_chunk_write.h"

#include <string.h>

#include <zlib.h>

#include "lib/picture/bytes.h"
#include "lib/picture/isal.h"

/* Length and type. */
enum { HEADER = 8 };

static uint32_t crc_of(const uint8_t *bytes, size_t len)
{
#ifdef HAVE_ISAL
	const uint32_t crc = crc32_gzip_refl(0, bytes, len);

	isal_leave_avx();
	return crc;
#else
	return (uint32_t)crc32_z(0, bytes, len);
#endif
}

void png_file_begin(struct png_file *file)
{
	static const char signature[] = "\x89PNG\r\n\x1a\n";

	file->len = sizeof(signature) - 1;
	memcpy(file->bytes, signature, file->len);
}

uint8_t *png_chunk_data(const struct png_file *file)
{
	return file->bytes + file->len + HEADER;
}

void png_chunk_write(struct png_file *file, const char *type, uint32_t len)
{
	uint8_t *at = file->bytes + file->len, *end = at + HEADER + len;

	put_be32(at, len);
	memcpy(at + 4, type, 4);
	put_be32(end, crc_of(at + 4, len + 4));
	file->len += HEADER + len + 4;
}
