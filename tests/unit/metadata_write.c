/* metadata_write.c: tests what is written into finished files. */
#include "config.h"

#include "lib/picture/metadata_write.h"

#include "lib/base/buf.h"
#include "lib/base/pool.h"
#include "lib/base/work.h"
#include "lib/picture/metadata.h"
#include "lib/picture/probe.h"
#include "tests/unit/test.h"

#define BYTES(text)                                                            \
	{                                                                      \
		(const uint8_t *)(text), sizeof(text) - 1                      \
	}

/* Files of 32x16 pixels. */

#define SOI  "\xff\xd8"
#define JFIF "\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0"
#define ADOBE                                                                  \
	"\xff\xee\0\x0e"                                                       \
	"Adobe\0\x64\0\0\0\0\0"
#define FRAME     "\xff\xc0\0\x0b\x08\0\x10\0\x20\1\1\x11\0"
#define SCAN      "\xff\xda\0\x08\1\1\0\0\x3f\0x\xff\xd9"
#define PNG       "\x89PNG\r\n\x1a\n"
#define IHDR      "\0\0\0\x0dIHDR\0\0\0\x20\0\0\0\x10\x08\2\0\0\0CRC."
#define IDAT      "\0\0\0\1IDATxCRC."
#define IEND      "\0\0\0\0IEND\xae\x42\x60\x82"
#define WEBP(len) "RIFF" len "\0\0\0WEBP"
#define VP8X(flags)                                                            \
	"VP8X\x0a\0\0\0" flags "\0\0\0"                                        \
	"\x1f\0\0"                                                             \
	"\x0f\0\0"
#define VP8  "VP8 \x0a\0\0\0\x10\0\0\x9d\1\x2a\x20\0\x10\0"
#define VP8L "VP8L\5\0\0\0\x2f\x1f\xc0\3\x10\0"

static const struct sample {
	enum format format;
	struct bytes bytes;
	size_t place; /* of the block, before VP8X grows */
	bool alpha;
} samples[] = {
	{ FORMAT_JPEG, BYTES(SOI JFIF FRAME SCAN), 20, false },
	{ FORMAT_JPEG, BYTES(SOI JFIF ADOBE FRAME SCAN), 20, false },
	{ FORMAT_JPEG, BYTES(SOI FRAME SCAN), 2, false },
	{ FORMAT_PNG, BYTES(PNG IHDR IDAT IEND), 33, false },
	{ FORMAT_WEBP, BYTES(WEBP("\x16") VP8), 30, false },
	{ FORMAT_WEBP, BYTES(WEBP("\x12") VP8L), 26, true },
	{ FORMAT_WEBP, BYTES(WEBP("\x28") VP8X("\0") VP8), 48, false },
	{ FORMAT_WEBP, BYTES(WEBP("\x32") VP8X("\x10") "ALPH\1\0\0\0x\0" VP8),
	  58, true },
	{ FORMAT_WEBP,
	  BYTES(WEBP("\x26") VP8X("\x12") "ANMF\0\0\0\0"
					  "ANMF\0\0\0\0"),
	  46, true },
};

static struct bytes join(struct pool *pool, const struct metadata_file *file)
{
	struct buf *buf = buf_new(pool, 4096);

	for (size_t i = 0; i < file->count; i++)
		assert_true(buf_add(buf, file->pieces[i].data,
				    file->pieces[i].len));
	return (struct bytes){ (uint8_t *)buf->data, buf->len };
}

static void is_text(const char *found, const char *expected)
{
	if (expected && found)
		assert_string_equal(found, expected);
	else
		assert_ptr_equal(found, expected);
}

static void same_picture(struct pool *pool, const struct sample *sample,
			 struct bytes made)
{
	struct work work = { .pool = pool };
	struct probe before, after;

	assert_true(probe_read(&before, &work, sample->bytes.data,
			       sample->bytes.len));
	assert_true(probe_read(&after, &work, made.data, made.len));
	assert_int_equal(after.format, sample->format);
	assert_int_equal(after.width, 32);
	assert_int_equal(after.height, 16);
	assert_int_equal(after.frames, before.frames);
	assert_int_equal(after.alpha, sample->alpha);
	assert_int_equal(after.orientation, 1);
	assert_int_equal(after.surplus, 0);
	assert_int_equal(after.remains, 0);
}

/* Only VP8X, 18 bytes after the first 12, may differ from before. */
static void only_adds(const struct sample *sample, struct bytes made)
{
	const struct bytes old = sample->bytes;
	const bool webp = sample->format == FORMAT_WEBP;
	const size_t from = !webp ? 0 : old.data[15] == 'X' ? 30 : 12;
	const size_t grown = webp ? 30 - from : 0;
	const size_t rest = old.len - sample->place;

	assert_in_range(made.len, old.len + 1, old.len + METADATA_WRITE_MAX);
	assert_memory_equal(made.data + from + grown, old.data + from,
			    sample->place - from);
	assert_memory_equal(made.data + made.len - rest,
			    old.data + sample->place, rest);
	if (webp)
		assert_int_equal(le32(made.data + 4) + 8, made.len);
}

static void is_written(const struct sample *sample,
		       const struct metadata *metadata)
{
	struct pool *pool = pool_new();
	struct metadata_file file;
	struct metadata found;
	struct bytes made;

	metadata_write(&file, pool, sample->format, sample->bytes, metadata);
	made = join(pool, &file);
	metadata_read(&found, pool, sample->format, made);
	is_text(found.copyright, metadata->copyright);
	is_text(found.creator, metadata->creator);
	assert_null(found.make);
	assert_null(found.taken_at);
	only_adds(sample, made);
	same_picture(pool, sample, made);
	pool_free(pool);
}

static void texts_of_each_length_are_read_again(void **state)
{
	static const size_t lens[] = { 0, 1, 2, 3, 4, 5, 6, 499, 500 };
	char longest[METADATA_TEXT_MAX + 1] = { 0 };
	struct metadata metadata = { 0 };

	(void)state;
	memset(longest, 'x', METADATA_TEXT_MAX);
	EACH_ROW(i, samples)
		EACH_ROW(j, lens)
			EACH_ROW(k, lens) {
				const char *end = longest + METADATA_TEXT_MAX;

				if (!lens[j] && !lens[k])
					continue;
				metadata.copyright =
					lens[j] ? end - lens[j] : NULL;
				metadata.creator =
					lens[k] ? end - lens[k] : NULL;
				is_written(&samples[i], &metadata);
			}
}

static void texts_are_utf_8(void **state)
{
	static const struct metadata metadata = {
		.copyright = "\xc2\xa9 Zo\xc3\xab; <all> & \"more\"",
		.creator = "\xe2\x82\xac",
		.make = "Canon",
		.taken_at = "2026-06-01T12:34:56",
		.has_gps = true,
	};

	(void)state;
	EACH_ROW(i, samples)
		is_written(&samples[i], &metadata);
}

static void stays(enum format format, struct bytes bytes,
		  const struct metadata *metadata)
{
	struct pool *pool = pool_new();
	uint8_t *exact = malloc(bytes.len + !bytes.len);
	struct metadata_file file;

	memcpy(exact, bytes.data, bytes.len);
	metadata_write(&file, pool, format, (struct bytes){ exact, bytes.len },
		       metadata);
	assert_ptr_equal(file.pieces[0].data, exact);
	assert_int_equal(file.pieces[0].len, bytes.len);
	assert_int_equal(file.count, 1);
	free(exact);
	pool_free(pool);
}

static const struct metadata some = { .copyright = "mine" };

static void other_files_stay(void **state)
{
	static const struct {
		enum format format;
		struct bytes bytes;
	} cases[] = {
		{ FORMAT_GIF, BYTES("GIF89a\x20\0\x10\0\0\0\0;") },
		{ FORMAT_TIFF, BYTES("II*\0\x08\0\0\0\0\0\0\0\0\0") },
		{ FORMAT_BMP, BYTES("BM") },
		{ FORMAT_PNG, BYTES(SOI JFIF FRAME SCAN) },
		{ FORMAT_JPEG, BYTES(PNG IHDR IDAT IEND) },
		{ FORMAT_WEBP, BYTES(PNG IHDR IDAT IEND) },
		{ FORMAT_JPEG, BYTES(SOI JFIF "\xff\xe1\0\4ab" FRAME SCAN) },
		{ FORMAT_JPEG, BYTES(SOI JFIF "\0" FRAME SCAN) },
		{ FORMAT_JPEG, BYTES(SOI "\xff\xe0\xff\xff" FRAME SCAN) },
		{ FORMAT_JPEG, BYTES(SOI JFIF "\xff\xd9" FRAME SCAN) },
		{ FORMAT_PNG, BYTES(PNG IHDR "\0\0\0\1eXIfxCRC." IDAT IEND) },
		{ FORMAT_PNG, BYTES(PNG IDAT IHDR IEND) },
		{ FORMAT_PNG, BYTES(PNG IHDR "\xff\xff\xff\xffIDAT" IEND) },
		{ FORMAT_WEBP,
		  BYTES(WEBP("\x32") VP8X("\x08") VP8 "EXIF\2\0\0\0xx") },
		{ FORMAT_WEBP,
		  BYTES(WEBP("\x32") VP8X("\4") VP8 "XMP \2\0\0\0xx") },
		{ FORMAT_WEBP, BYTES(WEBP("\x20") VP8 "ABCD\2\0\0\0xx") },
		{ FORMAT_WEBP, BYTES(WEBP("\x28") VP8 VP8X("\0")) },
		{ FORMAT_WEBP, BYTES(WEBP("\x16") VP8 "xx") },
		{ FORMAT_WEBP, BYTES(WEBP("\x18") VP8 "xx") },
		{ FORMAT_WEBP, BYTES(WEBP("\x11") "VP8L\5\0\0\0\x2f\x1f\xc0\3"
						  "\x10") },
		{ FORMAT_WEBP, BYTES(WEBP("\x18") "VP8X\x0c\0\0\0\0\0\0\0"
						  "\x1f\0\0\x0f\0\0\0\0") },
		{ FORMAT_WEBP, BYTES(WEBP("\4")) },
	};

	(void)state;
	EACH_ROW(i, cases)
		stays(cases[i].format, cases[i].bytes, &some);
}

static void short_files_stay(void **state)
{
	(void)state;
	EACH_ROW(i, samples) {
		struct bytes bytes = samples[i].bytes;
		/* A JPEG has its place when its scan begins; a PNG does not
		   need the CRC of IEND. */
		const size_t most = samples[i].format == FORMAT_JPEG
					    ? bytes.len - (sizeof(SCAN) - 1) + 1
				    : samples[i].format == FORMAT_PNG
					    ? bytes.len - 5
					    : bytes.len - 1;

		for (bytes.len = 0; bytes.len <= most; bytes.len++)
			stays(samples[i].format, bytes, &some);
	}
}

static void files_without_texts_stay(void **state)
{
	static const struct metadata none = { .make = "Canon",
					      .has_gps = true };

	(void)state;
	EACH_ROW(i, samples)
		stays(samples[i].format, samples[i].bytes, &none);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_of_each_length_are_read_again),
		cmocka_unit_test(texts_are_utf_8),
		cmocka_unit_test(other_files_stay),
		cmocka_unit_test(short_files_stay),
		cmocka_unit_test(files_without_texts_stay),
	};

	return RUN_TESTS(tests);
}
