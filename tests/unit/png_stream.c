/* png_stream.c: tests that each pixel of a PNG is the one that libpng reads,
   and that the same damaged files are refused. */
#include "config.h"

#include "lib/picture/png_header.h"
#include "lib/picture/png_read.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/conf.h"
#include "lib/picture/bitmap.h"
#include "tests/lib/png_reference.h"
#include "tests/unit/test.h"

struct rows {
	struct pool *pool;
	struct row_picture picture;
	uint8_t *pixels;
	uint32_t count;
};

static bool begin(void *arg, const struct row_picture *picture)
{
	struct rows *rows = arg;

	rows->picture = *picture;
	rows->pixels =
		pool_alloc(rows->pool, (size_t)picture->planes[0].width *
					       picture->planes[0].height * 4);
	return true;
}

static bool keep_row(void *arg, const uint8_t *row)
{
	struct rows *rows = arg;
	const size_t len = (size_t)rows->picture.planes[0].width * 4;
	uint8_t slack[BITMAP_SLACK];

	assert_true(rows->count < rows->picture.planes[0].height);
	memcpy(slack, row + len, sizeof(slack));
	memcpy(rows->pixels + len * rows->count++, row, len);
	return true;
}

/* The nearest. */
static unsigned to_8(unsigned sample)
{
	return (sample + 128) / 257;
}

static void check_pixel(const uint8_t *found, const uint16_t *reference,
			bool alpha)
{
	const unsigned opacity = to_8(reference[3]);

	for (int i = 0; i < 3; i++)
		assert_int_equal(found[i],
				 (to_8(reference[i]) * opacity + 127) / 255);
	assert_int_equal(found[3], opacity);
	assert_true(alpha || opacity == 255);
}

static void check_rows(const struct rows *rows, const uint16_t *reference)
{
	const size_t count = (size_t)rows->picture.planes[0].width *
			     rows->picture.planes[0].height;

	assert_int_equal(rows->count, rows->picture.planes[0].height);
	for (size_t i = 0; i < count; i++)
		check_pixel(rows->pixels + 4 * i, reference + 4 * i,
			    rows->picture.alpha);
}

static void check_image(Image *image, const uint16_t *reference)
{
	for (unsigned long y = 0; y < image->rows; y++) {
		const PixelPacket *row =
			GetImagePixels(image, 0, (long)y, image->columns, 1);

		for (unsigned long x = 0; x < image->columns;
		     x++, reference += 4) {
			assert_int_equal(row[x].red, reference[0]);
			assert_int_equal(row[x].green, reference[1]);
			assert_int_equal(row[x].blue, reference[2]);
			assert_int_equal(65535 - row[x].opacity, reference[3]);
		}
	}
}

static bool read_rows(struct rows *rows, struct work *work,
		      const struct png_file *file)
{
	const struct probe probe = { .format = FORMAT_PNG,
				     .width = file->width,
				     .height = file->height };
	const struct row_sink sink = {
		.begin = begin, .row = keep_row, .arg = rows, .tolerance = 1
	};

	return png_stream(work, &probe, file->bytes, file->len, &sink);
}

static bool read_image(Image **image, struct work *work,
		       const struct png_file *file)
{
	const struct probe probe = { .format = FORMAT_PNG,
				     .width = file->width,
				     .height = file->height };

	return png_read(image, work, &probe, file->bytes, file->len);
}

static const uint16_t *read_reference(struct pool *pool,
				      const struct png_file *file)
{
	return png_reference_read(pool, file->bytes, file->len, file->width,
				  file->height);
}

/* ISA-L does not refuse a Huffman code for being incomplete: the Adler-32 then
   shows that all pixels are those of the file before it was damaged. */
static const uint16_t *find_reference(struct pool *pool,
				      const struct png_file *file,
				      const struct png_file *original, bool ok)
{
	const uint16_t *reference = read_reference(pool, file);

#ifdef HAVE_ISAL
	if (!reference && ok && original)
		reference = read_reference(pool, original);
#else
	(void)ok, (void)original;
#endif
	return reference;
}

/* Whether samples of 16 bits go through the curves of a profile while they are
   read: tests/unit/tone_curves.c compares these. */
static bool has_curves(struct work *work, const struct png_file *file)
{
	const struct probe probe = { .format = FORMAT_PNG,
				     .width = file->width,
				     .height = file->height };
	const struct bytes bytes = { file->bytes, file->len };
	struct png_header header;

	return png_header_read(&header, work, &probe, bytes) &&
	       header.samples.curves;
}

/* Whether it is read. */
static bool compare(const struct png_file *file,
		    const struct png_file *original, bool with_image)
{
	struct work work = { .pool = pool_new() };
	struct rows rows = { .pool = work.pool };
	const bool ok = read_rows(&rows, &work, file);
	const uint16_t *reference =
		find_reference(work.pool, file, original, ok);
	Image *image = NULL;

	if (ok != (reference != NULL))
		fail_msg("libpng %s %ux%u, %zu bytes: %s",
			 reference ? "reads" : "refuses", file->width,
			 file->height, file->len, ok ? "read" : work.why);
	if (ok && !has_curves(&work, file))
		check_rows(&rows, reference);
	else if (!ok)
		assert_int_equal(work.err, ERR_CORRUPT_IMAGE);
	if (with_image) {
		assert_int_equal(read_image(&image, &work, file), ok);
		if (ok)
			check_image(image, reference);
	}
	if (image)
		DestroyImage(image);
	pool_free(work.pool);
	return ok;
}

/* 300 of them, or 20000 with PIXTIER_LONG=1. */
static void reads_random_files(void **state)
{
	static const uint32_t most[][2] = { { 3, 3 },     { 17, 17 },
					    { 70, 70 },   { 300, 300 },
					    { 65535, 2 }, { 2, 30000 } };
	const int count = getenv("PIXTIER_LONG") ? 20000 : 300;
	uint64_t seed = 1;

	(void)state;
	for (int i = 0; i < count; i++) {
		const uint32_t *sides = most[i % (int)ARRAY_LEN(most)];
		struct pool *pool = pool_new();
		const struct png_file file =
			png_reference_write(pool, &seed, sides[0], sides[1]);

		assert_true(compare(&file, NULL, true));
		pool_free(pool);
	}
}

static void damage(uint8_t *bytes, size_t *len, uint64_t *seed)
{
	const uint32_t size = (uint32_t)*len;
	const uint32_t at = png_reference_random(seed, size);

	switch (png_reference_random(seed, 4)) {
	case 0:
		*len = at;
		break;
	case 1:
		/* Most often the last pixels are all there. */
		*len -= png_reference_random(seed, size < 40 ? size : 40);
		break;
	case 2:
		bytes[at] ^= (uint8_t)(1u << png_reference_random(seed, 8));
		break;
	case 3:
		bytes[at] = (uint8_t)png_reference_random(seed, 256);
		bytes[png_reference_random(seed, size)] = 0;
		break;
	}
}

/* Pages behind which nothing may be read. */
struct guard_page {
	uint8_t *pages;
	size_t size;
};

static struct guard_page new_guard_page(void)
{
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);
	struct guard_page guard = { .size = 256 * page };

	guard.pages = mmap(NULL, guard.size + page, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert_true(guard.pages != MAP_FAILED);
	assert_int_equal(mprotect(guard.pages + guard.size, page, PROT_NONE),
			 0);
	return guard;
}

static void refuses_what_libpng_refuses(void **state)
{
	const int count = getenv("PIXTIER_LONG") ? 4000 : 100, times = 40;
	struct guard_page guard = new_guard_page();
	unsigned accepted = 0;
	uint64_t seed = 2;

	(void)state;
	for (int i = 0; i < count; i++) {
		struct pool *pool = pool_new();
		const uint32_t most = i % 2 ? 9 : 90;
		const struct png_file file =
			png_reference_write(pool, &seed, most, most);

		for (int j = 0; j < times; j++) {
			struct png_file damaged = file;
			uint8_t *copy = pool_alloc(pool, file.len);

			memcpy(copy, file.bytes, file.len);
			damage(copy, &damaged.len, &seed);
			damaged.bytes = guard.pages + guard.size - damaged.len;
			memcpy((uint8_t *)damaged.bytes, copy, damaged.len);
			accepted += compare(&damaged, &file, false);
		}
		pool_free(pool);
	}
	print_message("# of %d damaged files %u have all pixels\n",
		      count * times, accepted);
	munmap(guard.pages, guard.size);
}

/* RFC 1950 2.2: the first two bytes of the data, which are right but for the
   size of the window. */
static void refuses_a_window_too_large(void **state)
{
	uint64_t seed = 3;

	(void)state;
	for (unsigned info = 8; info < 16; info++) {
		struct pool *pool = pool_new();
		const struct png_file file =
			png_reference_write(pool, &seed, 20, 20);
		uint8_t *at = memmem(file.bytes, file.len, "IDAT", 4);

		at[4] = (uint8_t)(info << 4 | 8);
		at[5] = (uint8_t)(31 - at[4] * 256 % 31);
		assert_false(compare(&file, &file, false));
		pool_free(pool);
	}
}

/* The Adler-32 stands before the CRC of the last IDAT chunk, and IEND. */
static void refuses_a_wrong_checksum(void **state)
{
	enum { BEHIND = 12 + 4 + 4 };
	unsigned refused = 0;
	uint64_t seed = 4;

	(void)state;
	for (int i = 0; i < 200; i++) {
		struct pool *pool = pool_new();
		const struct png_file file =
			png_reference_write(pool, &seed, 150, 150);
		uint8_t *at = (uint8_t *)file.bytes + file.len - BEHIND;

		at[i % 4] ^= 4;
		refused += !compare(&file, NULL, false);
		pool_free(pool);
	}
	/* libpng does not see it where it is in a chunk of its own. */
	assert_in_range(refused, 100, 200);
}

static unsigned corpus_files, corpus_read;

static int compare_file(const char *path, const struct stat *st, int type,
			struct FTW *ftw)
{
	struct work work = { .pool = pool_new() };
	struct conf conf;
	struct probe probe;
	uint8_t *bytes;
	int fd;

	(void)ftw;
	if (type == FTW_F && st->st_size) {
		conf_init(&conf);
		work.conf = &conf;
		bytes = pool_alloc(work.pool, (size_t)st->st_size);
		fd = open(path, O_RDONLY);
		assert_int_equal(read(fd, bytes, (size_t)st->st_size),
				 st->st_size);
		close(fd);
		if (probe_read(&probe, &work, bytes, (size_t)st->st_size) &&
		    probe.format == FORMAT_PNG &&
		    (uint64_t)probe.width * probe.height < 50000000) {
			const struct png_file file = { bytes,
						       (size_t)st->st_size,
						       probe.width,
						       probe.height };

			corpus_files++;
			corpus_read += compare(&file, NULL, false);
		}
	}
	pool_free(work.pool);
	return 0;
}

static void reads_the_corpus(void **state)
{
	const char *folder = getenv("PIXTIER_CORPUS");

	(void)state;
	if (!folder || !*folder)
		skip();
	assert_int_equal(nftw(folder, compare_file, 16, FTW_PHYS), 0);
	print_message("# of %u PNGs %u are read\n", corpus_files, corpus_read);
	assert_true(corpus_read);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_random_files),
		cmocka_unit_test(refuses_what_libpng_refuses),
		cmocka_unit_test(refuses_a_window_too_large),
		cmocka_unit_test(refuses_a_wrong_checksum),
		cmocka_unit_test(reads_the_corpus),
	};

	InitializeMagick(NULL);
	return RUN_TESTS(tests);
}
