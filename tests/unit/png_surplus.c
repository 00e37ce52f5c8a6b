/* png_surplus.c: tests that a PNG with much more data than its picture needs is
   refused, and that a colour profile is not decompressed when it is too
   large. */
#include "config.h"

#include "lib/picture/png_read.h"

#include <zlib.h>

#include "lib/base/buf.h"
#include "lib/base/pool.h"
#include "lib/base/util.h"
#include "lib/picture/profile.h"
#include "tests/unit/test.h"

enum { WIDTH = 64, HEIGHT = 48, PIXELS = (WIDTH + 1) * HEIGHT };

static void put_be32(uint8_t *at, size_t number)
{
	for (int i = 0; i < 4; i++)
		at[i] = (uint8_t)(number >> (24 - 8 * i));
}

/* With a wrong CRC, which does not count. */
static void add_chunk(struct buf *file, const char *type, const void *data,
		      size_t len)
{
	uint8_t size[4];

	put_be32(size, len);
	assert_true(buf_add(file, size, sizeof(size)) &&
		    buf_add(file, type, 4) && buf_add(file, data, len) &&
		    buf_add(file, "CRC!", 4));
}

static void begin_file(struct buf *file)
{
	uint8_t header[13] = { [8] = 8 }; /* gray, 8 bits */

	put_be32(header, WIDTH);
	put_be32(header + 4, HEIGHT);
	assert_true(buf_add(file, "\x89PNG\r\n\x1a\n", 8));
	add_chunk(file, "IHDR", header, sizeof(header));
}

/* `len` bytes, compressed; and then `junk` bytes that are not. */
static struct buf *compressed(struct pool *pool, const uint8_t *bytes,
			      size_t len, size_t junk)
{
	uLongf size = compressBound(len);
	struct buf *buf = buf_new(pool, size + junk);
	uint8_t *out = pool_alloc(pool, size);

	assert_int_equal(compress2(out, &size, bytes, len, 9), Z_OK);
	assert_true(buf_add(buf, out, size));
	memset(out, 'j', 1);
	for (size_t i = 0; i < junk; i++)
		assert_true(buf_add(buf, out, 1));
	return buf;
}

struct sink {
	struct row_picture picture;
	uint32_t rows;
};

static bool begin(void *arg, const struct row_picture *picture)
{
	struct sink *sink = arg;

	sink->picture = *picture;
	return true;
}

static bool count_row(void *arg, const uint8_t *row)
{
	struct sink *sink = arg;

	(void)row;
	sink->rows++;
	return true;
}

static bool read_file(struct sink *read, struct work *work,
		      const struct buf *file)
{
	const struct probe probe = { .format = FORMAT_PNG,
				     .width = WIDTH,
				     .height = HEIGHT };
	const struct row_sink sink = {
		.begin = begin, .row = count_row, .arg = read, .tolerance = 1
	};

	return png_stream(work, &probe, (const uint8_t *)file->data, file->len,
			  &sink);
}

/* clang-format off */
static const struct {
	size_t more;  /* bytes that the stream has behind the pixels */
	size_t junk;  /* bytes behind the stream */
	bool divided; /* into chunks of one byte at the start, and the rest */
	const char *why;
} cases[] = {
	{ 0,        0,       false, NULL },
	{ 1,        0,       false, NULL },
	{ 65536,    0,       false, NULL },
	{ 65537,    0,       false, "found more than 68656" },
	{ 65537,    0,       true,  "found more than 68656" },
	{ 50 << 20, 0,       false, "found more than 68656" },
	{ 0,        65536,   false, NULL },
	{ 0,        65536,   true,  NULL },
	{ 0,        65537,   false, "found 65537 bytes behind" },
	{ 0,        65537,   true,  "found 65537 bytes behind" },
	{ 1,        3000000, true,  "found 3000000 bytes behind" },
};
/* clang-format on */

static void check(size_t row, struct pool *pool)
{
	const size_t len = PIXELS + cases[row].more;
	const uint8_t *bytes = pool_alloc(pool, len);
	const struct buf *data = compressed(pool, bytes, len, cases[row].junk);
	struct buf *file = buf_new(pool, data->len + 4096);
	const size_t first = cases[row].divided ? 1 : 0;
	struct work work = { .pool = pool };
	struct sink sink = { 0 };

	begin_file(file);
	for (size_t i = 0; i < first; i++)
		add_chunk(file, "IDAT", data->data + i, 1);
	add_chunk(file, "IDAT", data->data + first, data->len - first);
	add_chunk(file, "IEND", "", 0);
	if (read_file(&sink, &work, file) != !cases[row].why)
		fail_msg("case %zu: %s", row, work.why);
	assert_int_equal(sink.rows, HEIGHT);
	if (!cases[row].why)
		return;
	assert_int_equal(work.err, ERR_CORRUPT_IMAGE);
	if (!strstr(work.why, cases[row].why))
		fail_msg("case %zu: %s", row, work.why);
}

static void refuses_much_surplus(void **state)
{
	(void)state;
	EACH_ROW(i, cases) {
		struct pool *pool = pool_new();

		check(i, pool);
		pool_free(pool);
	}
}

/* A valid profile of so many bytes, for zeros follow it. */
static size_t read_profile(struct pool *pool, size_t len)
{
	uint8_t *profile = pool_alloc(pool, len);
	uint8_t *pixels = pool_alloc(pool, PIXELS);
	struct buf *file = buf_new(pool, len + 8192);
	struct buf *chunk = buf_new(pool, len + 8192);
	const struct profile_curve curve = PROFILE_GAMMA(2.2);
	struct work work = { .pool = pool };
	struct sink sink = { 0 };
	const struct buf *data;
	size_t short_len;
	const uint8_t *whole = profile_gray(pool, &short_len, &curve);

	memcpy(profile, whole, short_len);
	put_be32(profile, len);
	data = compressed(pool, profile, len, 0);
	assert_true(buf_add(chunk, "name\0\0", 6) &&
		    buf_add(chunk, data->data, data->len));
	begin_file(file);
	add_chunk(file, "iCCP", chunk->data, chunk->len);
	data = compressed(pool, pixels, PIXELS, 0);
	add_chunk(file, "IDAT", data->data, data->len);
	if (!read_file(&sink, &work, file))
		fail_msg("%s", work.why);
	return sink.picture.profile_len;
}

static void ignores_a_huge_profile(void **state)
{
	const size_t most = 255 * 65519 & ~3u;
	struct pool *pool = pool_new();

	(void)state;
	assert_int_equal(read_profile(pool, 1 << 20), 1 << 20);
	assert_int_equal(read_profile(pool, most), most);
	assert_int_equal(read_profile(pool, most + 4), 0);
	assert_int_equal(read_profile(pool, 64 << 20), 0);
	pool_free(pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses_much_surplus),
		cmocka_unit_test(ignores_a_huge_profile),
	};

	return RUN_TESTS(tests);
}
