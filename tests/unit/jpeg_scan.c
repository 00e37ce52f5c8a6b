/* jpeg_scan.c: tests that each pixel of a reduced JPEG is the one that its
   coefficients, which libjpeg reads, say; and that damaged files are refused.
 */
#include "config.h"

#include "lib/picture/jpeg_read.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

#include "lib/base/conf.h"
#include "lib/base/pool.h"
#include "lib/picture/bitmap.h"
#include "tests/unit/test.h"

struct kind {
	const char *name;
	int components;
	int across, down; /* of the first component; the others have 1 */
	int quality;
	unsigned restart; /* MCUs */
	uint32_t width, height;
};

struct rows {
	struct pool *pool;
	struct row_picture picture;
	uint8_t *pixels;
	uint32_t count;
	unsigned begun;
	/* If planes are asked for. */
	uint8_t *samples[ROW_PLANES];
	uint32_t counts[ROW_PLANES];
};

static bool begin(void *arg, const struct row_picture *picture)
{
	struct rows *rows = arg;

	rows->picture = *picture;
	rows->pixels =
		pool_alloc(rows->pool, (size_t)picture->planes[0].width *
					       picture->planes[0].height * 4);
	rows->count = 0;
	rows->begun++;
	for (unsigned i = 0; i < picture->plane_count; i++) {
		const struct row_plane *plane = &picture->planes[i];

		rows->samples[i] = pool_alloc(
			rows->pool, (size_t)plane->width * plane->height);
		rows->counts[i] = 0;
	}
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

static bool accept_planes(void *arg, const struct row_picture *picture)
{
	(void)arg;
	assert_int_equal(picture->plane_count, 1);
	return true;
}

static bool keep_plane_row(void *arg, unsigned plane, const uint8_t *row)
{
	struct rows *rows = arg;
	const size_t len = rows->picture.planes[plane].width;
	uint8_t slack[BITMAP_SLACK];

	assert_int_equal(rows->picture.plane_count, ROW_PLANES);
	assert_true(rows->counts[plane] < rows->picture.planes[plane].height);
	memcpy(slack, row + len, sizeof(slack));
	memcpy(rows->samples[plane] + len * rows->counts[plane]++, row, len);
	return true;
}

struct file {
	unsigned char *bytes;
	unsigned long len;
};

/* Waves, an edge, and noise in a corner: coefficients of all sizes. */
static JSAMPLE sample_at(uint32_t x, uint32_t y, int i, uint64_t *seed)
{
	const double wave = 100 * sin(x / (5.0 + i)) * cos(y / (9.0 - i));
	const double edge = x > y + 20 ? 60 : -20;
	double noise = 0;

	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	if (x < 40 && y > 30)
		noise = (double)(*seed >> 33 & 127) - 64;
	return (JSAMPLE)fmin(255, fmax(0, 120 + wave + edge + noise));
}

static void set_kind(struct jpeg_compress_struct *jpeg, const struct kind *kind)
{
	jpeg->image_width = kind->width;
	jpeg->image_height = kind->height;
	jpeg->input_components = kind->components;
	jpeg->in_color_space = kind->components == 1 ? JCS_GRAYSCALE : JCS_RGB;
	jpeg_set_defaults(jpeg);
	jpeg_set_quality(jpeg, kind->quality, TRUE);
	jpeg->comp_info[0].h_samp_factor = kind->across;
	jpeg->comp_info[0].v_samp_factor = kind->down;
	jpeg->restart_interval = kind->restart;
	jpeg->optimize_coding = kind->quality % 2 ? TRUE : FALSE;
}

static struct file make_jpeg(const struct kind *kind)
{
	struct jpeg_compress_struct jpeg;
	struct jpeg_error_mgr errors;
	struct file file = { 0 };
	JSAMPLE *row = malloc((size_t)kind->width * 3);
	uint64_t seed = 7;

	jpeg.err = jpeg_std_error(&errors);
	jpeg_create_compress(&jpeg);
	jpeg_mem_dest(&jpeg, &file.bytes, &file.len);
	set_kind(&jpeg, kind);
	jpeg_start_compress(&jpeg, TRUE);
	while (jpeg.next_scanline < kind->height) {
		for (uint32_t x = 0; x < kind->width; x++)
			for (int i = 0; i < kind->components; i++)
				row[x * (uint32_t)kind->components +
				    (uint32_t)i] =
					sample_at(x, jpeg.next_scanline, i,
						  &seed);
		jpeg_write_scanlines(&jpeg, &row, 1);
	}
	jpeg_finish_compress(&jpeg);
	jpeg_destroy_compress(&jpeg);
	free(row);
	return file;
}

/* A component's samples, calculated from its coefficients as T.81 A.3.3 has it
   but with fewer points: `columns` x `rows` of each block. */
struct plane {
	unsigned columns, rows;
	size_t stride;
	double *samples;
};

static double basis(unsigned index, unsigned coefficient, unsigned count)
{
	const double angle =
		(2.0 * index + 1) * coefficient * M_PI / (2.0 * count);

	return coefficient ? cos(angle) / 2 : sqrt(1 / 8.0);
}

static void transform_block(struct plane *plane, size_t block_x, size_t block_y,
			    const JCOEF *block, const UINT16 *quantisers)
{
	for (unsigned y = 0; y < plane->rows; y++)
		for (unsigned x = 0; x < plane->columns; x++) {
			double sum = 128;

			for (unsigned v = 0; v < plane->rows; v++)
				for (unsigned u = 0; u < plane->columns; u++)
					sum += block[v * 8 + u] *
					       quantisers[v * 8 + u] *
					       basis(x, u, plane->columns) *
					       basis(y, v, plane->rows);
			plane->samples[(block_y * plane->rows + y) *
					       plane->stride +
				       block_x * plane->columns + x] =
				fmin(255, fmax(0, sum));
		}
}

static void set_size(struct plane *plane, j_decompress_ptr jpeg, int index,
		     unsigned n, bool as_planes)
{
	const jpeg_component_info *info = &jpeg->comp_info[index];
	const unsigned across =
		(unsigned)(jpeg->max_h_samp_factor / info->h_samp_factor);
	const unsigned down =
		(unsigned)(jpeg->max_v_samp_factor / info->v_samp_factor);
	const unsigned most = n * (across > down ? across : down);

	plane->columns = n * across;
	plane->rows = n * down;
	/* A plane of colour has half the sides if it has enough samples. */
	if (as_planes && index)
		plane->columns = plane->rows = most > 1 ? most / 2 : 1;
}

static void read_plane(struct plane *plane, j_decompress_ptr jpeg,
		       jvirt_barray_ptr *coefficients, int index, unsigned n,
		       bool as_planes)
{
	jpeg_component_info *info = &jpeg->comp_info[index];

	set_size(plane, jpeg, index, n, as_planes);
	plane->stride = (size_t)info->width_in_blocks * plane->columns;
	plane->samples = malloc(plane->stride * info->height_in_blocks *
				plane->rows * sizeof(double));
	for (JDIMENSION y = 0; y < info->height_in_blocks; y++) {
		const JBLOCKARRAY row = jpeg->mem->access_virt_barray(
			(j_common_ptr)jpeg, coefficients[index], y, 1, FALSE);

		for (JDIMENSION x = 0; x < info->width_in_blocks; x++)
			transform_block(plane, x, y, row[0][x],
					info->quant_table->quantval);
	}
}

static void expect_near(uint8_t found, double expected, uint32_t x, uint32_t y)
{
	if (fabs(found - fmin(255, fmax(0, expected))) > 2.5)
		fail_msg("at %u,%u: %.1f is expected, not %u", x, y, expected,
			 found);
}

static void check_pixel(const uint8_t *found, const double c[3], int components,
			uint32_t x, uint32_t y)
{
	const double b = components == 1 ? 0 : c[1] - 128;
	const double r = components == 1 ? 0 : c[2] - 128;

	expect_near(found[0], c[0] + 1.402 * r, x, y);
	expect_near(found[1], c[0] - 0.344136 * b - 0.714136 * r, x, y);
	expect_near(found[2], c[0] + 1.772 * b, x, y);
	assert_int_equal(found[3], 255);
}

static void check_rows(const struct rows *rows, const struct plane planes[3],
		       int components)
{
	const struct row_picture *picture = &rows->picture;

	assert_int_equal(rows->count, picture->planes[0].height);
	for (uint32_t y = 0; y < picture->planes[0].height; y++)
		for (uint32_t x = 0; x < picture->planes[0].width; x++) {
			double c[3] = { 0 };

			for (int i = 0; i < components; i++)
				c[i] = planes[i].samples[y * planes[i].stride +
							 x];
			check_pixel(
				rows->pixels +
					4 * ((size_t)y *
						     picture->planes[0].width +
					     x),
				c, components, x, y);
		}
}

/* One sample of a plane covers a part of a block; so does the exact size. */
static void check_plane(const struct rows *rows, const struct plane *expected,
			int index, j_decompress_ptr jpeg)
{
	const struct row_plane *plane = &rows->picture.planes[index];
	const jpeg_component_info *info = &jpeg->comp_info[index];
	const double width = jpeg->image_width * info->h_samp_factor *
			     expected->columns / 8.0 / jpeg->max_h_samp_factor;

	assert_true(fabs(plane->exact_width - width) < 1e-9);
	assert_int_equal(plane->width, ceil(width));
	assert_int_equal(rows->counts[index], plane->height);
	for (uint32_t y = 0; y < plane->height; y++)
		for (uint32_t x = 0; x < plane->width; x++)
			expect_near(rows->samples[index][y * plane->width + x],
				    expected->samples[y * expected->stride + x],
				    x, y);
}

static void check_against_libjpeg(const struct rows *rows,
				  const struct file *file, unsigned n)
{
	struct jpeg_decompress_struct jpeg;
	struct jpeg_error_mgr errors;
	struct plane planes[3] = { 0 };
	jvirt_barray_ptr *coefficients;

	jpeg.err = jpeg_std_error(&errors);
	jpeg_create_decompress(&jpeg);
	jpeg_mem_src(&jpeg, file->bytes, file->len);
	jpeg_read_header(&jpeg, TRUE);
	coefficients = jpeg_read_coefficients(&jpeg);
	for (int i = 0; i < jpeg.num_components; i++)
		read_plane(&planes[i], &jpeg, coefficients, i, n,
			   rows->picture.plane_count > 1);
	if (rows->picture.plane_count > 1)
		for (int i = 0; i < ROW_PLANES; i++)
			check_plane(rows, &planes[i], i, &jpeg);
	else
		check_rows(rows, planes, jpeg.num_components);
	for (int i = 0; i < jpeg.num_components; i++)
		free(planes[i].samples);
	jpeg_destroy_decompress(&jpeg);
}

static struct work new_work(void)
{
	static struct conf conf;

	conf_init(&conf);
	return (struct work){ .conf = &conf, .pool = pool_new() };
}

static bool read_reduced(struct rows *rows, struct work *work,
			 const struct file *file, const struct kind *kind,
			 unsigned n, bool as_planes)
{
	const struct probe probe = { .format = FORMAT_JPEG,
				     .width = kind->width,
				     .height = kind->height };
	const struct row_sink sink = {
		.begin = begin,
		.row = keep_row,
		.arg = rows,
		.tolerance = 2,
		.accepts_planes = as_planes ? accept_planes : NULL,
		.plane_row = as_planes ? keep_plane_row : NULL,
	};

	*rows = (struct rows){ .pool = work->pool };
	work->warned = false;
	return jpeg_stream(work, &probe, n / 8.0, file->bytes, file->len,
			   &sink);
}

/* Gray pictures have no planes. */
static void check_kind(const struct file *file, const struct kind *kind,
		       unsigned n, bool as_planes)
{
	struct work work = new_work();
	struct rows rows;

	print_message("# %s, %u/8%s\n", kind->name, n,
		      as_planes ? ", planes" : "");
	assert_true(read_reduced(&rows, &work, file, kind, n, as_planes));
	assert_int_equal(rows.begun, 1);
	assert_int_equal(rows.picture.plane_count,
			 as_planes && kind->components > 1 ? ROW_PLANES : 1);
	assert_false(work.warned);
	check_against_libjpeg(&rows, file, n);
	pool_free(work.pool);
}

static void reads_all_kinds(void **state)
{
	static const struct kind kinds[] = {
		{ "gray", 1, 1, 1, 75, 0, 203, 117 },
		{ "gray with factors", 1, 2, 2, 90, 5, 64, 96 },
		{ "4:4:4", 3, 1, 1, 91, 0, 128, 80 },
		{ "4:2:2", 3, 2, 1, 50, 0, 201, 99 },
		{ "4:4:0", 3, 1, 2, 85, 3, 131, 97 },
		{ "4:2:0", 3, 2, 2, 85, 0, 333, 222 },
		{ "4:2:0, all coefficients", 3, 2, 2, 100, 0, 128, 128 },
		{ "4:2:0, few coefficients", 3, 2, 2, 3, 1, 256, 144 },
		{ "4:1:1", 3, 4, 1, 80, 0, 160, 64 },
		{ "one row", 3, 2, 2, 75, 0, 64, 1 },
	};

	(void)state;
	EACH_ROW(i, kinds) {
		struct file file = make_jpeg(&kinds[i]);

		for (unsigned n = 1; n < 8; n *= 2) {
			if (n * (unsigned)kinds[i].across > 8 ||
			    kinds[i].height == 1)
				continue;
			check_kind(&file, &kinds[i], n, false);
			check_kind(&file, &kinds[i], n, true);
		}
		free(file.bytes);
	}
}

/* libjpeg reads all of the file where nothing is reduced. */
static void check_damaged(const struct file *file, const struct kind *kind)
{
	struct work work = new_work();
	struct rows rows;
	const bool is_good = read_reduced(&rows, &work, file, kind, 8, false);

	assert_true(is_good == read_reduced(&rows, &work, file, kind, 2, true));
	assert_true(is_good ==
		    read_reduced(&rows, &work, file, kind, 2, false));
	assert_true(is_good || work.err == ERR_CORRUPT_IMAGE);
	if (is_good)
		assert_int_equal(rows.count, rows.picture.planes[0].height);
	pool_free(work.pool);
}

static size_t scan_of(const struct file *file)
{
	for (size_t i = 0; i + 1 < file->len; i++)
		if (file->bytes[i] == 0xff && file->bytes[i + 1] == 0xda)
			return i + 14;
	fail_msg("no scan");
	return 0;
}

static void finds_the_same_damage(void **state)
{
	static const struct kind kinds[] = {
		{ "4:2:0", 3, 2, 2, 85, 0, 96, 64 },
		{ "with restarts", 3, 2, 2, 50, 2, 96, 64 },
	};

	(void)state;
	EACH_ROW(i, kinds) {
		const struct file file = make_jpeg(&kinds[i]);
		struct file damaged = { malloc(file.len), file.len };

		for (size_t at = scan_of(&file); at < file.len; at++) {
			memcpy(damaged.bytes, file.bytes, file.len);
			damaged.len = at;
			check_damaged(&damaged, &kinds[i]);
			damaged.len = file.len;
			damaged.bytes[at] ^= (unsigned char)(1 << at % 8);
			check_damaged(&damaged, &kinds[i]);
			damaged.bytes[at] = at % 2 ? 0xff : 0;
			check_damaged(&damaged, &kinds[i]);
		}
		free(damaged.bytes);
		free(file.bytes);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_all_kinds),
		cmocka_unit_test(finds_the_same_damage),
	};

	return RUN_TESTS(tests);
}
