/* jpeg_parts.c: tests which bytes behind a JPEG are no part of it. */
#include "config.h"

#include "lib/picture/jpeg_parts.h"

#include "lib/base/buf.h"
#include "lib/base/pool.h"
#include "lib/base/util.h"
#include "tests/unit/test.h"

enum { KIB = 1024, PICTURE = 30 * KIB };

/* What a file consists of: a letter a part, with its size. */
struct part {
	char kind;
	uint32_t size;
};

static void add(struct buf *file, const void *bytes, size_t len)
{
	assert_true(buf_add(file, bytes, len));
}

static void add_bytes(struct buf *file, char byte, size_t len)
{
	while (len--)
		add(file, &byte, 1);
}

static void add_jpeg(struct buf *file, uint32_t size)
{
	static const char start[] = "\xff\xd8\xff\xda\0\2";

	add(file, start, 6);
	add_bytes(file, 'j', size - 8);
	add(file, "\xff\xd9", 2);
}

static void add_box(struct buf *file, const char *type, uint32_t size)
{
	const uint8_t big[] = { (uint8_t)(size >> 24), (uint8_t)(size >> 16),
				(uint8_t)(size >> 8), (uint8_t)size };

	add(file, big, sizeof(big));
	add(file, type, 4);
	add_bytes(file, 'v', size - 8);
}

/* Samsung's trailer with one entry of this size. */
static void add_sef(struct buf *file, uint32_t size)
{
	const uint8_t little[] = { (uint8_t)size, (uint8_t)(size >> 8),
				   (uint8_t)(size >> 16),
				   (uint8_t)(size >> 24) };

	add_bytes(file, 's', size);
	add(file, "SEFH\x6b\0\0\0\1\0\0\0\0\0\x30\x0a", 16);
	add(file, little, 4);
	add(file, little, 4);
	add(file, "\x18\0\0\0SEFT", 8);
}

static void add_part(struct buf *file, const struct part *part)
{
	switch (part->kind) {
	case 'j': /* a whole JPEG */
		add_jpeg(file, part->size);
		break;
	case 'c': /* one that is cut off */
		add(file, "\xff\xd8\xff\xda\0\2", 6);
		add_bytes(file, 'j', part->size - 6);
		break;
	case 'n': /* one without a scan */
		add(file, "\xff\xd8\xff", 3);
		add_bytes(file, 'n', part->size - 5);
		add(file, "\xff\xd9", 2);
		break;
	case 'v':
		add_box(file, "ftyp", 16);
		add_box(file, "mdat", part->size - 16);
		break;
	case 's':
		add_sef(file, part->size);
		break;
	default: /* zeros */
		add_bytes(file, 0, part->size);
	}
}

/* clang-format off */
static const struct {
	const char *name;
	struct part parts[4];
	uint64_t surplus;
} cases[] = {
	{ "nothing",                     { { 0 } },                                            0 },
	{ "a few zeros",                 { { '0', 64 * KIB } },                                0 },
	{ "many zeros",                  { { '0', 64 * KIB + 1 } },                            64 * KIB + 1 },
	{ "a tenth",                     { { 'j', 900 * KIB }, { '0', 93 * KIB } },            0 },
	{ "multi-picture",               { { 'j', 500 * KIB }, { '0', 100 }, { 'j', KIB } },   0 },
	{ "motion photo",                { { 'v', 900 * KIB } },                               0 },
	{ "motion photo behind padding", { { '0', 9 }, { 'v', 900 * KIB }, { '0', 9 } },       0 },
	{ "Samsung's trailer",           { { 's', 900 * KIB } },                               0 },
	{ "Samsung's motion photo",      { { 'v', 500 * KIB }, { 's', 100 } },                 0 },
	{ "preview and depth map",       { { 'j', 300 * KIB }, { '0', 300 * KIB } },           0 },
	{ "too much beside a preview",   { { 'j', KIB }, { '0', 300 * KIB } },                 300 * KIB },
	{ "zeros and the trailer",       { { '0', 300 * KIB }, { 's', 10 } },                  300 * KIB },
	{ "a JPEG that is cut off",      { { 'c', 300 * KIB } },                               300 * KIB },
	{ "a JPEG without a scan",       { { 'n', 300 * KIB } },                               300 * KIB },
};
/* clang-format on */

static void knows_what_cameras_append(void **state)
{
	(void)state;
	EACH_ROW(i, cases) {
		struct pool *pool = pool_new();
		struct buf *file = buf_new(pool, 4096 * KIB);
		uint64_t surplus;

		add_jpeg(file, PICTURE);
		for (size_t j = 0; cases[i].parts[j].kind; j++)
			add_part(file, &cases[i].parts[j]);
		surplus = jpeg_parts_surplus(
			(struct bytes){ (const uint8_t *)file->data,
					file->len },
			PICTURE, 0);
		if (surplus != cases[i].surplus)
			fail_msg("%s: %llu", cases[i].name,
				 (unsigned long long)surplus);
		pool_free(pool);
	}
}

/* Each byte is looked at a few times only: else this would take hours. */
static void reads_each_byte_a_few_times(void **state)
{
	static const char *const patterns[] = { "\xff\xd8\xff",
						"\xff\xd8\xff\xd9",
						"\xff\xd8\xff\xda", "00ftyp" };

	(void)state;
	EACH_ROW(i, patterns) {
		struct pool *pool = pool_new();
		struct buf *file = buf_new(pool, 40960 * KIB);

		while (file->len < (size_t)32768 * KIB)
			add(file, patterns[i], strlen(patterns[i]));
		(void)jpeg_parts_surplus(
			(struct bytes){ (const uint8_t *)file->data,
					file->len },
			0, 0);
		pool_free(pool);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_what_cameras_append),
		cmocka_unit_test(reads_each_byte_a_few_times),
	};

	return RUN_TESTS(tests);
}
