/* content_coding.c: tests how the bodies of answers are decoded. */
#include "config.h"

#include "lib/net/content_coding.h"

#include <string.h>
#include <zlib.h>

#include "lib/base/pool.h"
#include "lib/base/util.h"
#include "tests/unit/test.h"

enum { GZIP = 31, ZLIB = 15, RAW = -15, NONE = 0 };

struct got {
	size_t len, max, largest;
	char bytes[64];
};

static bool take(void *arg, struct work *work, const void *bytes, size_t len)
{
	struct got *got = arg;

	for (size_t i = 0; i < len; i++, got->len++)
		if (got->len < sizeof(got->bytes) - 1)
			got->bytes[got->len] = ((const char *)bytes)[i];
	got->largest = len > got->largest ? len : got->largest;
	/* Not the macro of cmocka. */
	return got->len <= got->max || (fail)(work, ERR_TOO_LARGE, "too large");
}

/* So many bytes, encoded. */
static size_t encode(unsigned char *out, size_t size, int bits,
		     const char *bytes, size_t len)
{
	z_stream stream = { .next_in = (unsigned char *)(uintptr_t)bytes,
			    .avail_in = (uInt)len,
			    .next_out = out,
			    .avail_out = (uInt)size };

	if (bits == NONE) {
		memcpy(out, bytes, len);
		return len;
	}
	assert_int_equal(deflateInit2(&stream, 9, Z_DEFLATED, bits, 8,
				      Z_DEFAULT_STRATEGY),
			 Z_OK);
	assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
	deflateEnd(&stream);
	return size - stream.avail_out;
}

/* In pieces of this size. */
static bool decode(struct got *got, struct work *work, const char *header,
		   const unsigned char *bytes, size_t len, size_t piece)
{
	struct content_coding *coding = content_coding_new(work->pool, header);

	for (size_t at = 0; at < len; at += piece)
		if (!content_coding_decode(coding, work, bytes + at,
					   len - at < piece ? len - at : piece,
					   take, got))
			return false;
	return content_coding_end(coding, work, take, got);
}

static void bodies_are_decoded(void **state)
{
	/* clang-format off */
	static const struct {
		const char *header;
		int bits;
	} cases[] = {
		{ NULL, NONE }, { "", NONE }, { "identity", NONE }, { "gzip", GZIP },
		{ "GZip", GZIP }, { "x-gzip", GZIP }, { "deflate", ZLIB },
		{ "deflate", RAW }, { "gzip", NONE }, { "utf-8", NONE },
		{ "br", NONE }, { "base64", NONE },
	};
	/* clang-format on */
	static const char *const texts[] = { "hello", "h", "" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases) * ARRAY_LEN(texts); i++) {
		const char *text = texts[i % ARRAY_LEN(texts)];
		const char *header = cases[i / ARRAY_LEN(texts)].header;
		unsigned char bytes[128];
		const size_t len = encode(bytes, sizeof(bytes),
					  cases[i / ARRAY_LEN(texts)].bits,
					  text, strlen(text));

		for (size_t piece = 1; piece <= len + 1; piece++) {
			struct work work = { .pool = pool_new() };
			struct got got = { .max = 5 };

			if (!decode(&got, &work, header, bytes, len, piece))
				fail_msg("%s: %s", header, work.why);
			assert_string_equal(got.bytes, text);
			pool_free(work.pool);
		}
	}
}

static void bad_bodies_are_refused(void **state)
{
	static const struct {
		const char *header;
		int bits;
		size_t cut,
			change; /* bytes that are missing; one that differs */
		bool transient;
	} cases[] = {
		{ "gzip", GZIP, 1, 0, true },
		{ "gzip", GZIP, 12, 0, true },
		{ "deflate", ZLIB, 1, 0, true },
		{ "deflate", RAW, 1, 0, true },
		{ "gzip", GZIP, 0, 20, false },
		{ "deflate", ZLIB, 0, 10, false },
		{ "deflate", NONE, 0, 0, false },
	};

	(void)state;
	EACH_ROW(i, cases) {
		static const char text[] = "\xff\xd8\xff\xe0 no such data";
		struct work work = { .pool = pool_new() };
		struct got got = { .max = 1000 };
		unsigned char bytes[128];
		size_t len = encode(bytes, sizeof(bytes), cases[i].bits, text,
				    sizeof(text));

		if (cases[i].change)
			bytes[cases[i].change] ^= 0xff;
		assert_false(decode(&got, &work, cases[i].header, bytes,
				    len - cases[i].cut, 7));
		assert_int_equal(work.err, ERR_FETCH_FAILED);
		if (work.transient != cases[i].transient)
			fail_msg("%zu: %s", i, work.why);
		pool_free(work.pool);
	}
}

/* 64 MB of nothing are some 64 KB. */
static void a_bomb_stops_at_the_limit(void **state)
{
	enum { SIZE = 64 << 20, PACKED = 1 << 20, MAX = 100000 };
	char *zeros = test_calloc(1, SIZE);
	unsigned char *bytes = test_malloc(PACKED);
	static const int bits[] = { GZIP, ZLIB, RAW };

	(void)state;
	EACH_ROW(i, bits) {
		struct work work = { .pool = pool_new() };
		struct got got = { .max = MAX };
		size_t len = encode(bytes, PACKED, bits[i], zeros, SIZE);

		assert_false(decode(&got, &work,
				    bits[i] == GZIP ? "gzip" : "deflate", bytes,
				    len, len));
		assert_int_equal(work.err, ERR_TOO_LARGE);
		assert_true(got.len <= MAX + got.largest);
		assert_true(got.largest <= 1 << 16);
		pool_free(work.pool);
	}
	test_free(zeros);
	test_free(bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bodies_are_decoded),
		cmocka_unit_test(bad_bodies_are_refused),
		cmocka_unit_test(a_bomb_stops_at_the_limit),
	};

	return RUN_TESTS(tests);
}
