/* format.c: the picture formats, one row for each. */
#include "config.h"

#include "lib/picture/format.h"

#include <string.h>

#include "lib/picture/bytes.h"

/* Nanoseconds to inflate and to deflate one pixel of a PNG. */
#ifdef HAVE_ISAL
enum { PNG_READ = 15, PNG_WRITE = 20 };
#else
enum { PNG_READ = 30, PNG_WRITE = 50 };
#endif

/*
 * `make bench-cost` measures the costs of reading and writing; these have a
 * margin for pictures of much detail. Memory was measured with GraphicsMagick
 * 1.3.40 Q16, which uses 8 bytes a pixel, and 2 more for the palette index, and
 * includes what a decoder needs in addition: for WebP the whole decoded
 * picture, for BMP the file, for GIF the canvas of a frame. For JPEG, it
 * assumes that decoding reduces the picture.
 */
/* clang-format off */
static const struct format_row rows[] = {
	/*                name    media_type    ext     coder   browsers alpha quality   ns write bytes */
	[FORMAT_JPEG] = { "jpeg", "image/jpeg", "jpg",  "JPEG:", true,  false, true,     3,    12,  8 },
	[FORMAT_PNG]  = { "png",  "image/png",  "png",  "PNG:",  true,  true,  false, PNG_READ, PNG_WRITE, 10 },
	[FORMAT_GIF]  = { "gif",  "image/gif",  "gif",  "GIF:",  true,  true,  false,   12,   150, 18 },
	[FORMAT_WEBP] = { "webp", "image/webp", "webp", "WEBP:", true,  true,  true,    18,    70, 12 },
	[FORMAT_TIFF] = { "tiff", "image/tiff", "tif",  "TIFF:", false, true,  false,   22,    10, 10 },
	[FORMAT_BMP]  = { "bmp",  "image/bmp",  "bmp",  "BMP:",  false, true,  false,    5,    10, 12 },
};

/* '?' matches any byte; no signature contains '?'. */
static const struct {
	enum format format;
	size_t len;
	const char *bytes;
} signatures[] = {
	{ FORMAT_JPEG,  3, "\xff\xd8\xff" },
	{ FORMAT_PNG,   8, "\x89PNG\r\n\x1a\n" },
	{ FORMAT_GIF,   6, "GIF87a" },
	{ FORMAT_GIF,   6, "GIF89a" },
	{ FORMAT_WEBP, 12, "RIFF????WEBP" },
	{ FORMAT_TIFF,  4, "II*\0" },
	{ FORMAT_TIFF,  4, "MM\0*" },
	{ FORMAT_TIFF,  4, "II+\0" }, /* BigTIFF */
	{ FORMAT_TIFF,  4, "MM\0+" },
	{ FORMAT_BMP,   2, "BM" },
};
/* clang-format on */
_Static_assert(ARRAY_LEN(rows) == FORMAT__COUNT, "every format needs a row");

const struct format_row *format_row(enum format format)
{
	return &rows[format];
}

bool format_by_name(enum format *format, const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (!strcmp(rows[i].name, name)) {
			*format = (enum format)i;
			return true;
		}
	return false;
}

bool format_sniff(enum format *format, const uint8_t *bytes, size_t len)
{
	for (size_t i = 0; i < ARRAY_LEN(signatures); i++)
		if (bytes_match((struct bytes){ bytes, len }, 0,
				signatures[i].bytes, signatures[i].len)) {
			*format = signatures[i].format;
			return true;
		}
	return false;
}
