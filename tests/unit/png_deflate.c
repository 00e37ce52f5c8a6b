/* png_deflate.c: tests that zlib decompresses what was compressed. */
#include "config.h"

#include "lib/picture/png_deflate.h"

#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#include "lib/base/pool.h"
#include "lib/base/util.h"
#include "tests/lib/png_reference.h"
#include "tests/unit/test.h"

enum { LEN = 300000, ROOM = LEN + LEN / 64 + 4096 };

static uint8_t zeros(uint64_t *seed, uint32_t i)
{
	(void)seed, (void)i;
	return 0;
}

static uint8_t noise(uint64_t *seed, uint32_t i)
{
	(void)i;
	return (uint8_t)png_reference_random(seed, 256);
}

static uint8_t residues(uint64_t *seed, uint32_t i)
{
	(void)i;
	return (uint8_t)(png_reference_random(seed, 7) +
			 png_reference_random(seed, 7) - 6);
}

static uint8_t patterns(uint64_t *seed, uint32_t i)
{
	(void)seed;
	return (uint8_t)((i % 997) * (i % 997) >> 5);
}

static uint8_t mixed(uint64_t *seed, uint32_t i)
{
	return i / 5000 % 2 ? noise(seed, i) : patterns(seed, i);
}

/* clang-format off */
static const struct {
	uint8_t (*at)(uint64_t *seed, uint32_t i);
	uint32_t len;
	uint32_t most; /* percent, by any kind but NEAR */
} cases[] = {
	{ zeros,    LEN, 1 },
	{ zeros,      2, 1000 },
	{ noise,    LEN, 101 },
	{ noise,      7, 1000 },
	{ residues, LEN, 55 },
	{ patterns, LEN, 3 },
	{ mixed,    LEN, 53 },
};
/* clang-format on */

static uint8_t *fill(struct pool *pool, size_t index)
{
	uint8_t *bytes = pool_alloc(pool, cases[index].len);
	uint64_t seed = 1;

	for (uint32_t i = 0; i < cases[index].len; i++)
		bytes[i] = cases[index].at(&seed, i);
	return bytes;
}

/* In pieces of this size. */
static bool compress_pieces(struct png_deflate *stream, const uint8_t *bytes,
			    uint32_t len, uint32_t piece)
{
	bool ok = true;

	for (uint32_t i = 0; ok && i < len; i += piece) {
		const bool is_last = len - i <= piece;

		ok = png_deflate_add(stream, bytes + i,
				     is_last ? len - i : piece, is_last);
	}
	return ok;
}

static void check_bytes(const uint8_t *compressed, uint32_t count,
			const uint8_t *bytes, uint32_t len)
{
	uint8_t *out = malloc(len + 1);
	uLong out_len = len + 1, in_len = count;

	assert_int_equal(uncompress2(out, &out_len, compressed, &in_len), Z_OK);
	assert_int_equal(in_len, count);
	assert_int_equal(out_len, len);
	assert_memory_equal(out, bytes, len);
	free(out);
}

static void writes_streams_of_zlib(void **state)
{
	static const uint32_t pieces[] = { 1009, 65536, LEN };
	struct pool *pool = pool_new();
	struct png_deflate *stream = png_deflate_new(pool);
	uint8_t *out = pool_alloc(pool, ROOM);

	(void)state;
	EACH_ROW(i, cases) {
		const uint8_t *bytes = fill(pool, i);
		const uint32_t len = cases[i].len;

		for (unsigned j = 0; j < PNG_DEFLATE__COUNT * ARRAY_LEN(pieces);
		     j++) {
			const enum png_deflate_kind kind =
				j % PNG_DEFLATE__COUNT;
			uint32_t count;

			assert_true(png_deflate_begin(stream, kind, out, ROOM));
			assert_true(compress_pieces(
				stream, bytes, len,
				pieces[j / PNG_DEFLATE__COUNT]));
			count = png_deflate_len(stream);
			print_message("# %zu, %u: %u of %u bytes\n", i, j,
				      count, len);
			check_bytes(out, count, bytes, len);
			if (kind != PNG_DEFLATE_NEAR)
				assert_true(count <= (uint64_t)len *
							     cases[i].most /
							     100);
		}
	}
	pool_free(pool);
}

/* The byte behind the room stays as it is. */
static void keeps_within_its_room(void **state)
{
	struct pool *pool = pool_new();
	struct png_deflate *stream = png_deflate_new(pool);
	uint8_t *out = pool_alloc(pool, ROOM);

	(void)state;
	EACH_ROW(i, cases) {
		const uint8_t *bytes = fill(pool, i);
		const uint32_t len = cases[i].len;

		for (unsigned kind = 0; kind < PNG_DEFLATE__COUNT; kind++) {
			uint32_t count;

			assert_true(png_deflate_begin(stream, kind, out, ROOM));
			assert_true(compress_pieces(stream, bytes, len, 65536));
			count = png_deflate_len(stream);
			for (uint32_t less = 1; less < count; less *= 4) {
				out[count - less] = 171;
				assert_true(png_deflate_begin(stream, kind, out,
							      count - less));
				assert_false(compress_pieces(stream, bytes, len,
							     65536));
				assert_int_equal(out[count - less], 171);
			}
		}
	}
	pool_free(pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_streams_of_zlib),
		cmocka_unit_test(keeps_within_its_room),
	};

	return RUN_TESTS(tests);
}
