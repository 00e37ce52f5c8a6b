/* decoder_error.c: the failures that a decoder process can report. */
#include "config.h"

#include "lib/picture/decoder_error.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"

enum { TEXT_MAX = 255 };

/* The first rows are for failures whose text is not in the table. */
enum { DAMAGED, UNSUPPORTED, NO_MEMORY, NOT_AVAILABLE, REFUSED };

/* '#' matches a number; '*' at the end matches the text of a library. */
/* clang-format off */
static const struct {
	enum err err;
	const char *text;
} rows[] = {
	[DAMAGED]       = { ERR_CORRUPT_IMAGE,      "damaged" },
	[UNSUPPORTED]   = { ERR_UNSUPPORTED_FORMAT, "unsupported variant of the image format" },
	[NO_MEMORY]     = { ERR_TOO_LARGE,          "it needs more memory to decode" },
	[NOT_AVAILABLE] = { ERR_UNAVAILABLE,        "the decoder process cannot read its source" },
	[REFUSED]       = { ERR_INVALID_FIELD,      "the variant cannot be made of this picture" },

	{ ERR_INVALID_FIELD,      "at most # pixels a side as gif, not #x#" },
	{ ERR_INVALID_FIELD,      "at most # pixels a side as jpeg, not #x#" },
	{ ERR_INVALID_FIELD,      "at most # pixels a side as png, not #x#" },
	{ ERR_INVALID_FIELD,      "at most # pixels a side as webp, not #x#" },

	{ ERR_UNSUPPORTED_FORMAT, "expected a PNG of standard dynamic range, found a PNG in HDR (HLG); export it as SDR" },
	{ ERR_UNSUPPORTED_FORMAT, "expected a PNG of standard dynamic range, found a PNG in HDR (PQ); export it as SDR" },
	{ ERR_UNSUPPORTED_FORMAT, "unsupported variant of JPEG: *" },

	{ ERR_CORRUPT_IMAGE,      "expected #x# pixels as in its header, found #x#" },
	{ ERR_CORRUPT_IMAGE,      "expected #x# pixels, found a header of #x#" },
	{ ERR_CORRUPT_IMAGE,      "expected RLE data of # rows, found their end in row #" },
	{ ERR_CORRUPT_IMAGE,      "expected a GIF frame within #x# pixels, found #x#" },
	{ ERR_CORRUPT_IMAGE,      "expected a whole frame in the GIF, found none" },
	{ ERR_CORRUPT_IMAGE,      "expected a JPEG of #x# pixels as in its first header, found #x#" },
	{ ERR_CORRUPT_IMAGE,      "expected a PNG of #x# pixels as in its first header, found #x#" },
	{ ERR_CORRUPT_IMAGE,      "expected a PNG whose IDAT chunks hold the # bytes of its pixels, found more than #; save it again" },
	{ ERR_CORRUPT_IMAGE,      "expected a PNG whose IDAT chunks end with its pixels, found # bytes behind them; save it again" },
	{ ERR_CORRUPT_IMAGE,      "expected an animated WebP, found damaged frames" },
	{ ERR_CORRUPT_IMAGE,      "expected a whole frame in the animated WebP, found none" },
	{ ERR_CORRUPT_IMAGE,      "expected a picture in the WebP frame, found none" },
	{ ERR_CORRUPT_IMAGE,      "expected a TIFF of at least # bytes, found #; upload the whole file" },
	{ ERR_CORRUPT_IMAGE,      "expected offsets of 8 bytes in the BigTIFF, found #; save the picture again" },
	{ ERR_CORRUPT_IMAGE,      "damaged: the file ends before its last scan" },
	{ ERR_CORRUPT_IMAGE,      "damaged: the file ends before its last pixel" },
	{ ERR_CORRUPT_IMAGE,      "damaged: bad adaptive filter value" },
	{ ERR_CORRUPT_IMAGE,      "damaged: Not enough image data" },
	{ ERR_CORRUPT_IMAGE,      "damaged: Premature end of JPEG file" },
	{ ERR_CORRUPT_IMAGE,      "damaged: Corrupt JPEG data: bad Huffman code" },
	{ ERR_CORRUPT_IMAGE,      "damaged: Corrupt JPEG data: premature end of data segment" },
	{ ERR_CORRUPT_IMAGE,      "damaged: IDAT: *" },
	{ ERR_CORRUPT_IMAGE,      "damaged: *" },
	{ ERR_UNAVAILABLE,        "expected the libwebp of the build, found another version; build pixtier again" },
};
/* clang-format on */

static bool read_number(uint64_t *number, const char **at)
{
	char *end;

	if (!isdigit((unsigned char)**at))
		return false;
	*number = strtoull(*at, &end, 10);
	*at = end;
	return true;
}

/* Whether the text matches a row; fills in its numbers. */
static bool matches(struct decoder_error *error, const char *row,
		    const char *text)
{
	size_t count = 0;

	for (; *row && *row != '*'; row++) {
		if (*row != '#') {
			if (*row != *text++)
				return false;
		} else if (count == DECODER_ERROR_NUMBERS ||
			   !read_number(&error->numbers[count++], &text)) {
			return false;
		}
	}
	return *row == '*' || !*text;
}

static uint32_t general_row(enum err err)
{
	for (uint32_t i = 0; i <= REFUSED; i++)
		if (rows[i].err == err)
			return i;
	return DAMAGED;
}

struct decoder_error decoder_error_of(const struct work *work)
{
	if (work->err == ERR_TOO_LARGE)
		return (struct decoder_error){ .row = NO_MEMORY };
	for (uint32_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct decoder_error error = { .row = i };

		if (matches(&error, rows[i].text, work->why))
			return error;
	}
	return (struct decoder_error){ .row = general_row(work->err) };
}

static uint32_t row_of(const struct decoder_error *error)
{
	return error->row < ARRAY_LEN(rows) ? error->row : DAMAGED;
}

enum err decoder_error_kind(const struct decoder_error *error)
{
	return rows[row_of(error)].err;
}

/* Returns the length without ": *". */
static size_t shown_length(const char *text)
{
	size_t len = strlen(text);

	return len > 3 && text[len - 1] == '*' ? len - 3 : len;
}

/* Returns the text with its numbers. */
static const char *text_of(struct work *work, const char *row,
			   const struct decoder_error *error)
{
	struct buf *out = buf_new(work->pool, TEXT_MAX);
	const size_t len = shown_length(row);
	size_t count = 0;
	bool fits = true;

	for (size_t i = 0; fits && i < len; i++)
		if (row[i] != '#')
			fits = buf_add(out, &row[i], 1);
		else
			fits = buf_printf(
				out, "%llu",
				(unsigned long long)error->numbers[count++]);
	return out->data;
}

bool decoder_error_fail(struct work *work, const struct decoder_error *error)
{
	const char *text = text_of(work, rows[row_of(error)].text, error);
	const enum err err = decoder_error_kind(error);

	if (err == ERR_INVALID_FIELD)
		return fail_field(work, "variant", "%s", text);
	return fail(work, err, "%s", text);
}
