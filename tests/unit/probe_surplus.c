/* probe_surplus.c: tests which files hold much that is no part of their
   picture. */
#include "config.h"

#include "lib/picture/probe.h"

#include "lib/base/buf.h"
#include "lib/base/pool.h"
#include "lib/base/util.h"
#include "tests/unit/test.h"

enum { KIB = 1024, MIB = 1024 * KIB, MANY = 100000, MOST_FILE = 32 * MIB };
enum { SOME = -1 };

#define TEXT(file, text) add(file, text, sizeof(text) - 1)

static void add(struct buf *file, const void *bytes, size_t len)
{
	assert_true(buf_add(file, bytes, len));
}

static void add_bytes(struct buf *file, char byte, size_t len)
{
	char piece[4096];

	memset(piece, byte, sizeof(piece));
	for (; len > sizeof(piece); len -= sizeof(piece))
		add(file, piece, sizeof(piece));
	add(file, piece, len);
}

static void add_big(struct buf *file, size_t number)
{
	const uint8_t bytes[] = { (uint8_t)(number >> 24),
				  (uint8_t)(number >> 16),
				  (uint8_t)(number >> 8), (uint8_t)number };

	add(file, bytes, sizeof(bytes));
}

static void add_little(struct buf *file, size_t number, unsigned size)
{
	for (unsigned i = 0; i < size; i++) {
		const uint8_t byte = (uint8_t)(number >> 8 * i);

		add(file, &byte, 1);
	}
}

/* JPEG, of 16x16 pixels */

static void begin_jpeg(struct buf *file)
{
	TEXT(file, "\xff\xd8\xff\xc0\0\x0b\x08\0\x10\0\x10\1\1\x11\0");
}

static void end_jpeg(struct buf *file)
{
	TEXT(file, "\xff\xda\0\x08\1\1\0\0\x3f\0data\xff\xd9");
}

static void jpeg_segments(struct buf *file, size_t size)
{
	begin_jpeg(file);
	for (; size; size -= 64 * KIB) {
		TEXT(file, "\xff\xe3\xff\xfe");
		add_bytes(file, 't', 64 * KIB - 4);
	}
	end_jpeg(file);
}

/* Of a larger picture: entropy-coded bytes with restart markers, and a scan. */
static void add_remains(struct buf *file, size_t size)
{
	add_bytes(file, 'r', size - 30);
	TEXT(file, "\xff\0\xff\xd3r\xff\xc4\0\4\0\0");
	TEXT(file, "\xff\xda\0\x08\1\1\0\0\x3f\0dataend\xff\xd9");
}

static void jpeg_cropped(struct buf *file, size_t size)
{
	begin_jpeg(file);
	end_jpeg(file);
	add_remains(file, size);
}

/* The larger picture had a video. */
static void jpeg_cropped_photo(struct buf *file, size_t size)
{
	jpeg_cropped(file, size - 16);
	TEXT(file, "\0\0\0\x10"
		   "ftypmp42\0\0\0\0");
}

static void jpeg_another(struct buf *file, size_t size)
{
	begin_jpeg(file);
	end_jpeg(file);
	add_bytes(file, '\0', size);
	begin_jpeg(file);
	end_jpeg(file);
}

/* No rest of a scan. */
static void jpeg_behind(struct buf *file, size_t size)
{
	begin_jpeg(file);
	end_jpeg(file);
	add_bytes(file, 'b', size - 5);
	TEXT(file, "\xff\x11"
		   "b\xff\xd9");
}

/* As a motion photo with maps: a third of it is a video. */
static void jpeg_large(struct buf *file, size_t size)
{
	jpeg_segments(file, size);
	TEXT(file, "\0\0\0\x10"
		   "ftypmp42\0\0\0\0");
	add_big(file, size / 2);
	TEXT(file, "mdat");
	add_bytes(file, 'v', size / 2 - 8);
}

static void jpeg_restarts(struct buf *file, size_t size)
{
	begin_jpeg(file);
	TEXT(file, "\xff\xda\0\x08\1\1\0\0\x3f\0data");
	for (size_t i = 0; i < size; i += 2)
		TEXT(file, "\xff\xd0");
	TEXT(file, "\xff\xd9");
}

/* PNG, of 16x16 pixels */

static void add_chunk(struct buf *file, const char *type, size_t size)
{
	add_big(file, size);
	add(file, type, 4);
	add_bytes(file, 'c', size);
	TEXT(file, "CRC!");
}

static void begin_png(struct buf *file)
{
	TEXT(file, "\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\x10\0\0\0\x10\x08"
		   "\2\0\0\0CRC!");
}

#define PNG_END "\0\0\0\0IEND\xae\x42\x60\x82"

static void png_text(struct buf *file, size_t size)
{
	begin_png(file);
	add_chunk(file, "zTXt", size - 12);
	add_chunk(file, "IDAT", 100);
	TEXT(file, PNG_END);
}

static void png_text_behind(struct buf *file, size_t size)
{
	begin_png(file);
	add_chunk(file, "IDAT", 100);
	add_chunk(file, "prVW", size - 12);
	TEXT(file, PNG_END);
}

static void png_data(struct buf *file, size_t size)
{
	begin_png(file);
	add_chunk(file, "IDAT", 16 * 16 * 10 + size);
	TEXT(file, PNG_END);
}

static void png_empty_chunks(struct buf *file, size_t size)
{
	begin_png(file);
	add_chunk(file, "IDAT", 100);
	for (size_t i = 0; i < size / 12; i++)
		add_chunk(file, "IDAT", 0);
	TEXT(file, PNG_END);
}

static void png_frames(struct buf *file, size_t size)
{
	begin_png(file);
	TEXT(file, "\0\0\0\x08"
		   "acTL\0\0\0\2\0\0\0\0CRC!");
	add_chunk(file, "IDAT", 100);
	add_chunk(file, "fdAT", size);
	TEXT(file, PNG_END);
}

static void png_cropped(struct buf *file, size_t size)
{
	begin_png(file);
	add_chunk(file, "IDAT", 100);
	TEXT(file, PNG_END);
	add_bytes(file, 'o', size - 12);
	TEXT(file, PNG_END);
}

static void png_another(struct buf *file, size_t size)
{
	begin_png(file);
	add_chunk(file, "IDAT", 100);
	TEXT(file, PNG_END "\x89PNG\r\n\x1a\n");
	add_bytes(file, 'o', size - 20);
	TEXT(file, PNG_END);
}

/* GIF, of 16x16 pixels */

static void gif_comment(struct buf *file, size_t size)
{
	TEXT(file, "GIF89a\x10\0\x10\0\0\0\0!\xfe");
	for (size_t i = 0; i < size / 256; i++) {
		TEXT(file, "\xff");
		add_bytes(file, 'c', 255);
	}
	TEXT(file, "\0,\0\0\0\0\x10\0\x10\0\0\2\1x\0;");
}

/* WebP, of 16x16 pixels */

static void webp_chunks(struct buf *file, const char *type, size_t size,
			unsigned count)
{
	TEXT(file, "RIFF");
	add_little(file, 4 + 18 + 18 + count * (size + 8), 4);
	TEXT(file, "WEBPVP8X\x0a\0\0\0\0\0\0\0\x0f\0\0\x0f\0\0");
	TEXT(file, "VP8 \x0a\0\0\0\x10\0\0\x9d\1\x2a\x10\0\x10\0");
	for (unsigned i = 0; i < count; i++) {
		add(file, type, 4);
		add_little(file, size, 4);
		add_bytes(file, 'x', size);
	}
}

static void webp_metadata(struct buf *file, size_t size)
{
	webp_chunks(file, "XMP ", size, 1);
}

static void webp_pictures(struct buf *file, size_t size)
{
	webp_chunks(file, "VP8 ", 1024, (unsigned)(size / 1024));
}

static void webp_unknown(struct buf *file, size_t size)
{
	webp_chunks(file, "JUNK", size - 8, 1);
}

/* TIFF, of 16x16 gray pixels: what follows its directory, and some tags more */

struct tag {
	unsigned tag, type;
	size_t count, value;
};

enum { SHORT = 3, LONG = 4, UNDEFINED = 7, PIXELS = 16 * 16 };

static void add_directory(struct buf *file, const struct tag *tags,
			  size_t count, size_t next)
{
	add_little(file, count, 2);
	for (size_t i = 0; i < count; i++) {
		add_little(file, tags[i].tag, 2);
		add_little(file, tags[i].type, 2);
		add_little(file, tags[i].count, 4);
		add_little(file, tags[i].value, 4);
	}
	add_little(file, next, 4);
}

static size_t directory_size(size_t count)
{
	return 2 + 12 * count + 4;
}

/* With the pixels, of so many bytes, right behind the directory. */
static size_t begin_tiff(struct buf *file, const struct tag *more, size_t count,
			 size_t pixels, unsigned compression)
{
	const size_t tags = 7 + count, behind = 8 + directory_size(tags);
	struct tag list[16] = {
		{ 256, SHORT, 1, 16 },    { 257, SHORT, 1, 16 },
		{ 258, SHORT, 1, 8 },     { 259, SHORT, 1, compression },
		{ 262, SHORT, 1, 1 },     { 273, LONG, 1, behind },
		{ 279, LONG, 1, pixels },
	};

	for (size_t i = 0; i < count; i++)
		list[7 + i] = more[i];
	TEXT(file, "II*\0\x08\0\0\0");
	add_directory(file, list, tags, 0);
	add_bytes(file, 'p', pixels);
	return behind + pixels;
}

static void tiff_behind(struct buf *file, size_t size)
{
	begin_tiff(file, NULL, 0, PIXELS, 1);
	add_bytes(file, 0, size);
}

static void tiff_tag_of(struct buf *file, size_t size)
{
	const size_t at = 8 + directory_size(8) + PIXELS;
	const struct tag layers = { 37724, UNDEFINED, size, at };

	assert_int_equal(begin_tiff(file, &layers, 1, PIXELS, 1), at);
	add_bytes(file, 'l', size);
}

static void tiff_long_strip(struct buf *file, size_t size)
{
	begin_tiff(file, NULL, 0, PIXELS + size, 8);
}

/* A directory below the page, with a strip of its own; then zeros. */
static void tiff_below(struct buf *file, size_t size)
{
	const size_t at = 8 + directory_size(8) + PIXELS;
	const size_t pixels_at = at + directory_size(4);
	const struct tag pages = { 330, LONG, 1, at };
	const struct tag below[] = {
		{ 256, SHORT, 1, 512 },
		{ 257, SHORT, 1, 512 },
		{ 273, LONG, 1, pixels_at },
		{ 279, LONG, 1, size },
	};

	begin_tiff(file, &pages, 1, PIXELS, 1);
	add_directory(file, below, ARRAY_LEN(below), 0);
	add_bytes(file, 'b', size);
}

/* A JPEG in a directory below the page, which does not say its size. */
static void tiff_preview(struct buf *file, size_t size)
{
	const size_t at = 8 + directory_size(8) + PIXELS;
	const struct tag pages = { 330, LONG, 1, at };
	const struct tag preview[] = {
		{ 513, LONG, 1, at + directory_size(2) },
		{ 514, LONG, 1, size },
	};

	begin_tiff(file, &pages, 1, PIXELS, 1);
	add_directory(file, preview, ARRAY_LEN(preview), 0);
	add_bytes(file, 'j', size);
}

/* Two strips without lengths. */
static void tiff_no_lengths(struct buf *file, size_t size)
{
	const size_t at = 8 + directory_size(5), half = size / 2;
	const struct tag tags[] = {
		{ 256, SHORT, 1, 1000 }, { 257, SHORT, 1, size / 1000 },
		{ 258, SHORT, 1, 8 },    { 262, SHORT, 1, 1 },
		{ 273, LONG, 2, at },
	};

	TEXT(file, "II*\0\x08\0\0\0");
	add_directory(file, tags, ARRAY_LEN(tags), 0);
	add_little(file, at + 8, 4);
	add_little(file, at + 8 + half, 4);
	add_bytes(file, 'p', size);
}

/* Each page leads to the next, and all have the same strips. */
static void tiff_many_looks(struct buf *file, size_t size)
{
	enum { STRIPS = 10000, TAGS = 3 };
	const size_t pages = size / directory_size(TAGS);
	const size_t strips_at = 8 + pages * directory_size(TAGS);
	const struct tag tags[TAGS] = {
		{ 256, SHORT, 1, 16 },
		{ 257, SHORT, 1, 16 },
		{ 273, LONG, STRIPS, strips_at },
	};

	TEXT(file, "II*\0\x08\0\0\0");
	for (size_t i = 1; i <= pages; i++)
		add_directory(file, tags, TAGS,
			      i < pages ? 8 + i * directory_size(TAGS) : 0);
	for (size_t i = STRIPS; i; i--)
		add_little(file, strips_at + 2 * i, 4);
}

/* RLE BMP, of 16x16 pixels */

static void begin_bmp(struct buf *file)
{
	TEXT(file, "BM\0\0\0\0\0\0\0\0\x3e\0\0\0");
	TEXT(file, "\x28\0\0\0\x10\0\0\0\x10\0\0\0\1\0\x08\0\1\0\0\0");
	TEXT(file, "\0\0\0\0\0\0\0\0\0\0\0\0\2\0\0\0\0\0\0\0bgr0bgr1");
}

static void bmp_behind(struct buf *file, size_t size)
{
	begin_bmp(file);
	TEXT(file, "\x10\1\0\0\x10\1\0\1");
	add_bytes(file, 1, size);
}

static void bmp_behind_rows(struct buf *file, size_t size)
{
	begin_bmp(file);
	for (int i = 0; i < 16; i++)
		TEXT(file, "\0\4\1\1\1\1\x0c\1\0\0");
	add_bytes(file, 1, size);
}

static void bmp_behind_delta(struct buf *file, size_t size)
{
	begin_bmp(file);
	TEXT(file, "\x10\1\0\2\0\x10");
	add_bytes(file, 1, size);
}

static void bmp_long_row(struct buf *file, size_t size)
{
	begin_bmp(file);
	add_bytes(file, 1, 16 * 16 * 4 + size);
	TEXT(file, "\0\1");
}

/* clang-format off */
static const struct {
	const char *name;
	void (*make)(struct buf *file, size_t size);
	size_t size;
	int64_t surplus, remains;
} cases[] = {
	{ "a JPEG's segments",            jpeg_segments,    15 * MIB, 0, 0 },
	{ "too many segments",            jpeg_segments,    17 * MIB, SOME, 0 },
	{ "many beside a large picture",  jpeg_large,       18 * MIB, 0, 0 },
	{ "restart markers",              jpeg_restarts,    MANY,     SOME, 0 },
	{ "a JPEG cropped in its place",  jpeg_cropped,     5 * MIB,  0, 5 * MIB },
	{ "cropped by little",            jpeg_cropped,     32,       0, 32 },
	{ "cropped by next to nothing",   jpeg_cropped,     31,       0, 0 },
	{ "a photo cropped in its place", jpeg_cropped_photo, 5 * MIB, 0, 5 * MIB },
	{ "a JPEG behind a JPEG",         jpeg_another,     10,       0, 0 },
	{ "data behind a JPEG",           jpeg_behind,      MANY,     MANY, 0 },
	{ "a PNG's text",                 png_text,         16 * MIB - 200, 0, 0 },
	{ "too much text",                png_text,         16 * MIB + 1, SOME, 0 },
	{ "a private chunk",              png_text_behind,  15 * MIB, 0, 0 },
	{ "too large a private chunk",    png_text_behind,  17 * MIB, SOME, 0 },
	{ "a few bytes of data too many", png_data,         64 * KIB, 0, 0 },
	{ "data that no pixel needs",     png_data,         MANY,     MANY, 0 },
	{ "empty chunks",                 png_empty_chunks, 120000,   120000, 0 },
	{ "frames",                       png_frames,       60 * KIB, 0, 0 },
	{ "frames that no pixel needs",   png_frames,       MIB,      SOME, 0 },
	{ "a PNG cropped in its place",   png_cropped,      5 * MIB,  0, 5 * MIB },
	{ "cropped by little",            png_cropped,      12,       0, 12 },
	{ "a PNG behind a PNG",           png_another,      MANY,     MANY, 0 },
	{ "a GIF's comment",              gif_comment,      15 * MIB, 0, 0 },
	{ "too long a comment",           gif_comment,      17 * MIB, SOME, 0 },
	{ "a WebP's XMP",                 webp_metadata,    15 * MIB, 0, 0 },
	{ "too much XMP",                 webp_metadata,    17 * MIB, SOME, 0 },
	{ "many pictures",                webp_pictures,    MIB,      SOME, 0 },
	{ "a chunk of another kind",      webp_unknown,     MANY,     MANY, 0 },
	{ "zeros behind a TIFF",          tiff_behind,      60 * KIB, 0, 0 },
	{ "many zeros",                   tiff_behind,      MANY,     MANY, 0 },
	{ "a TIFF's layers",              tiff_tag_of,      15 * MIB, 0, 0 },
	{ "too many layers",              tiff_tag_of,      17 * MIB, SOME, 0 },
	{ "a strip that is too long",     tiff_long_strip,  MANY,     SOME, 0 },
	{ "a strip of a page below",      tiff_below,       250000,   0, 0 },
	{ "a preview",                    tiff_preview,     300000,   0, 0 },
	{ "strips without lengths",       tiff_no_lengths,  200000,   0, 0 },
	{ "pages that share strips",      tiff_many_looks,  4 * MIB,  SOME, 0 },
	{ "data behind an RLE",           bmp_behind,       MANY,     SOME, 0 },
	{ "a few bytes behind an RLE",    bmp_behind,       64 * KIB, 0, 0 },
	{ "data behind the rows",         bmp_behind_rows,  MANY,     MANY, 0 },
	{ "data behind a delta",          bmp_behind_delta, MANY,     MANY, 0 },
	{ "a row that is too long",       bmp_long_row,     MANY,     SOME, 0 },
};
/* clang-format on */

static void check(size_t row, struct pool *pool)
{
	struct buf *file = buf_new(pool, MOST_FILE);
	struct work work = { .pool = pool };
	struct probe probe;

	cases[row].make(file, cases[row].size);
	if (!probe_read(&probe, &work, (const uint8_t *)file->data, file->len))
		fail_msg("%s: %s", cases[row].name, work.why);
	if (cases[row].surplus == SOME
		    ? !probe.surplus
		    : probe.surplus != (uint64_t)cases[row].surplus)
		fail_msg("%s: surplus %llu", cases[row].name,
			 (unsigned long long)probe.surplus);
	if (probe.remains != (uint64_t)cases[row].remains)
		fail_msg("%s: remains %llu", cases[row].name,
			 (unsigned long long)probe.remains);
}

static void finds_what_is_no_part_of_the_picture(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct pool *pool = pool_new();

		check(i, pool);
		pool_free(pool);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_what_is_no_part_of_the_picture),
	};

	return RUN_TESTS(tests);
}
