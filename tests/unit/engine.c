/* engine.c: tests that the engine "fast" makes what "graphicsmagick" makes. */
#include "config.h"

#include "lib/picture/engine.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/pool.h"
#include "lib/picture/probe.h"
#include "tests/lib/fixture.h"
#include "tests/unit/test.h"

enum { MEMORY = 256 << 20, MAX_MADE = 8 };

/* A soft picture with edges: what both engines show must be alike. */
static Image *new_picture(unsigned long width, unsigned long height, bool alpha)
{
	Image *image = fixture_new_image(width, height, fixture_four);

	for (unsigned long y = 0; y < height; y++) {
		PixelPacket *row = GetImagePixels(image, 0, (long)y, width, 1);

		for (unsigned long x = 0; x < width; x++) {
			const double wave = sin(x / 9.0) * cos(y / 13.0);

			row[x].red = (Quantum)(row[x].red * (3 + wave) / 4);
			row[x].blue = (Quantum)(row[x].blue * (3 - wave) / 4);
			row[x].opacity = alpha ? (Quantum)(MaxRGB * x / width)
					       : OpaqueOpacity;
		}
		SyncImagePixels(image);
	}
	image->matte = alpha;
	return image;
}

struct made {
	struct rendition renditions[MAX_MADE];
	uint8_t *bytes[MAX_MADE];
};

static void keep(void *arg, uint32_t index, const struct rendition *rendition)
{
	struct made *made = arg;

	made->renditions[index] = *rendition;
	made->bytes[index] = malloc(rendition->len);
	memcpy(made->bytes[index], rendition->bytes, rendition->len);
	made->renditions[index].bytes = made->bytes[index];
}

static void render(struct made *made, struct fixture *fixture,
		   const struct fixture_file *file, const char *const *texts,
		   int engine)
{
	struct work work = { .conf = fixture->conf, .pool = pool_new() };
	struct render_request request = { .probe = file->probe };
	struct renderer renderer;
	uint8_t *bytes = malloc(file->len);

	memcpy(bytes, file->bytes, file->len);
	fixture->conf->engine = engine;
	render_init(&renderer, fixture->pool, fixture->conf, MEMORY);
	for (; texts[request.count]; request.count++)
		assert_true(recipe_parse(&request.recipes[request.count], &work,
					 texts[request.count]));
	if (!render_all(&renderer, &work, &request, bytes, file->len, keep,
			made))
		fail_msg("%s", work.why);
	free(bytes);
	pool_free(work.pool);
}

/* On white. */
static double luma(const Image *image, const PixelPacket *pixel)
{
	const double alpha =
		image->matte ? 1 - (double)pixel->opacity / MaxRGB : 1;
	const double value =
		0.299 * pixel->red + 0.587 * pixel->green + 0.114 * pixel->blue;

	return 255 * (alpha * value / MaxRGB + 1 - alpha);
}

struct sums {
	double a, b, aa, bb, ab;
};

static void add_square(struct sums *sums, const Image *a, const Image *b,
		       long x, long y, unsigned long side)
{
	ExceptionInfo exception;

	GetExceptionInfo(&exception);
	for (unsigned long row = 0; row < side; row++) {
		const PixelPacket *p = AcquireImagePixels(a, x, y + (long)row,
							  side, 1, &exception);
		const PixelPacket *q = AcquireImagePixels(b, x, y + (long)row,
							  side, 1, &exception);

		for (unsigned long i = 0; i < side; i++) {
			const double u = luma(a, p + i);
			const double v = luma(b, q + i);

			sums->a += u;
			sums->b += v;
			sums->aa += u * u;
			sums->bb += v * v;
			sums->ab += u * v;
		}
	}
	DestroyExceptionInfo(&exception);
}

/* Wang, Bovik, Sheikh, Simoncelli: Image quality assessment (2004), over
   squares of 8 pixels. */
static double ssim(const Image *a, const Image *b)
{
	const double c1 = 6.5025, c2 = 58.5225;
	const unsigned long side = 8;
	double total = 0;
	unsigned long count = 0;

	for (unsigned long y = 0; y + side <= a->rows; y += side / 2)
		for (unsigned long x = 0; x + side <= a->columns;
		     x += side / 2) {
			const double n = side * side;
			struct sums s = { 0 };
			double va, vb, co;

			add_square(&s, a, b, (long)x, (long)y, side);
			s.a /= n;
			s.b /= n;
			va = s.aa / n - s.a * s.a;
			vb = s.bb / n - s.b * s.b;
			co = s.ab / n - s.a * s.b;
			total +=
				(2 * s.a * s.b + c1) * (2 * co + c2) /
				((s.a * s.a + s.b * s.b + c1) * (va + vb + c2));
			count++;
		}
	return count ? total / (double)count : 1;
}

static void compare(const struct rendition *fast,
		    const struct rendition *reference, const char *what)
{
	Image *a = fixture_read_back(fast), *b = fixture_read_back(reference);
	double alike;

	assert_int_equal(fast->format, reference->format);
	assert_int_equal(fast->width, reference->width);
	assert_int_equal(fast->height, reference->height);
	assert_int_equal(a->columns, b->columns);
	assert_int_equal(a->rows, b->rows);
	alike = ssim(a, b);
	if (alike < 0.99)
		fail_msg("%s: SSIM %.4f", what, alike);
	DestroyImage(a);
	DestroyImage(b);
}

/* Of the smallest variant that shows the whole picture. The first three bytes
   are the mean brightness and colours, in 63 steps, and the highest bits. */
static void compare_placeholders(const struct made *fast,
				 const struct made *reference, int count,
				 int index)
{
	for (int i = 0; i < count; i++) {
		assert_int_equal(fast->renditions[i].placeholder.len != 0,
				 i == index);
		assert_int_equal(reference->renditions[i].placeholder.len,
				 fast->renditions[i].placeholder.len);
	}
	for (int shift = 0; shift < 18; shift += 6) {
		const struct made *each[] = { fast, reference };
		int steps[2];

		for (int e = 0; e < 2; e++) {
			const uint8_t *hash =
				each[e]->renditions[index].placeholder.hash;

			steps[e] = (hash[0] | hash[1] << 8 | hash[2] << 16) >>
					   shift &
				   63;
		}
		assert_in_range(steps[0] - steps[1] + 1, 0, 2);
	}
}

static void compare_engines(struct fixture *fixture,
			    const struct fixture_file *file, const char *what)
{
	/* Mostly without loss: encoders amplify what nobody sees. */
	static const char *const texts[] = { "h200.png",
					     "h90.jpeg",
					     "150x150-cover.png",
					     "130x40-exact.png",
					     "90x90-cover-west-gray.png",
					     "h80-blur2.png",
					     "90x60-cover-smart-sharp.png",
					     NULL };
	struct made fast = { 0 }, reference = { 0 };

	render(&fast, fixture, file, texts, ENGINE_FAST);
	render(&reference, fixture, file, texts, ENGINE_GRAPHICSMAGICK);
	compare_placeholders(&fast, &reference, 7, 5);
	for (int i = 0; texts[i]; i++) {
		compare(&fast.renditions[i], &reference.renditions[i], what);
		free(fast.bytes[i]);
		free(reference.bytes[i]);
	}
}

static void engines_make_the_same(void **state)
{
	static const uint32_t sizes[][2] = { { 640, 480 },
					     { 1203, 401 },
					     { 201, 1999 } };

	(void)state;
	for (enum format format = 0; format < FORMAT__COUNT; format++)
		EACH_ROW(i, sizes) {
			struct fixture fixture = fixture_set_up();
			const uint32_t width = sizes[i][0];
			const uint32_t height = sizes[i][1];
			const struct fixture_file file = fixture_save(
				&fixture, new_picture(width, height, false),
				format, width, height);

			/* 256 colours are chosen by each engine. */
			if (format != FORMAT_GIF)
				compare_engines(&fixture, &file,
						format_row(format)->name);
			fixture_clear_up(&fixture);
		}
}

static void engines_agree_on_transparency(void **state)
{
	static const enum format formats[] = { FORMAT_PNG, FORMAT_WEBP,
					       FORMAT_TIFF };

	(void)state;
	EACH_ROW(i, formats) {
		struct fixture fixture = fixture_set_up();
		const struct fixture_file file =
			fixture_save(&fixture, new_picture(640, 480, true),
				     formats[i], 640, 480);

		compare_engines(&fixture, &file, format_row(formats[i])->name);
		fixture_clear_up(&fixture);
	}
}

static void engines_turn_alike(void **state)
{
	(void)state;
	for (unsigned way = 1; way <= 8; way++) {
		struct fixture fixture = fixture_set_up();
		struct fixture_file file =
			fixture_save(&fixture, new_picture(640, 480, false),
				     FORMAT_JPEG, 640, 480);

		file.probe.orientation = way;
		compare_engines(&fixture, &file, "turned");
		fixture_clear_up(&fixture);
	}
}

/* Returns the mean square of the differences of all colours. */
static double colour_error(const struct rendition *made,
			   const struct rendition *reference)
{
	Image *a = fixture_read_back(made), *b = fixture_read_back(reference);
	const double pixels = (double)(a->rows * a->columns);
	ExceptionInfo exception;
	double sum = 0;

	assert_int_equal(a->columns, b->columns);
	assert_int_equal(a->rows, b->rows);
	GetExceptionInfo(&exception);
	for (long y = 0; y < (long)a->rows; y++) {
		const PixelPacket *p =
			AcquireImagePixels(a, 0, y, a->columns, 1, &exception);
		const PixelPacket *q =
			AcquireImagePixels(b, 0, y, b->columns, 1, &exception);

		for (unsigned long x = 0; x < a->columns; x++, p++, q++)
			sum += pow((double)p->red - q->red, 2) +
			       pow((double)p->green - q->green, 2) +
			       pow((double)p->blue - q->blue, 2);
	}
	DestroyExceptionInfo(&exception);
	DestroyImage(a);
	DestroyImage(b);
	return sum / pixels;
}

/* PNGs among the variants make the engine resize pixels; they are the reference
   for both. */
static void planes_are_as_exact_as_pixels(void **state)
{
	enum { COUNT = 3 };
	static const char *const jpegs[] = { "h201.jpeg", "h97.jpeg",
					     "151x131-cover.jpeg", NULL };
	static const char *const both[] = {
		"h201.jpeg", "h97.jpeg", "151x131-cover.jpeg",
		"h201.png",  "h97.png",  "151x131-cover.png",
		NULL
	};

	(void)state;
	for (unsigned way = 1; way <= 8; way++) {
		struct fixture fixture = fixture_set_up();
		struct fixture_file file =
			fixture_save(&fixture, new_picture(1203, 801, false),
				     FORMAT_JPEG, 1203, 801);
		struct made planes = { 0 }, pixels = { 0 };

		file.probe.orientation = way;
		render(&planes, &fixture, &file, jpegs, ENGINE_FAST);
		render(&pixels, &fixture, &file, both, ENGINE_FAST);
		for (int i = 0; i < COUNT; i++) {
			const struct rendition *reference =
				&pixels.renditions[COUNT + i];
			const double of_planes =
				colour_error(&planes.renditions[i], reference);
			const double of_pixels =
				colour_error(&pixels.renditions[i], reference);

			if (of_planes > of_pixels)
				fail_msg("orientation %u, %s: the error is "
					 "%.3g, that of pixels %.3g",
					 way, jpegs[i], of_planes, of_pixels);
		}
		for (int i = 0; i < MAX_MADE; i++) {
			free(planes.bytes[i]);
			free(pixels.bytes[i]);
		}
		fixture_clear_up(&fixture);
	}
}

/* The colour type of a PNG. */
static int colour_type(const struct rendition *rendition)
{
	assert_int_equal(rendition->format, FORMAT_PNG);
	return rendition->bytes[25];
}

static void small_palettes_stay(void **state)
{
	enum { PALETTE = 3 };
	static const char *const texts[] = { "h200", NULL };
	struct fixture fixture = fixture_set_up();
	const struct fixture_file file =
		fixture_four_colours(&fixture, FORMAT_PNG, 60, 40);
	struct made made = { 0 };

	(void)state;
	render(&made, &fixture, &file, texts, ENGINE_FAST);
	assert_int_equal(colour_type(&made.renditions[0]), PALETTE);
	assert_true(made.renditions[0].len <= file.len);
	free(made.bytes[0]);
	fixture_clear_up(&fixture);
}

static void alpha_that_nothing_uses_goes(void **state)
{
	enum { RGB = 2 };
	static const char *const texts[] = { "h200", NULL };
	struct fixture fixture = fixture_set_up();
	Image *image = new_picture(640, 480, false);
	struct fixture_file file;
	struct made made = { 0 };

	(void)state;
	image->matte = true;
	file = fixture_save(&fixture, image, FORMAT_PNG, 640, 480);
	assert_int_equal(file.bytes[25], 6);
	render(&made, &fixture, &file, texts, ENGINE_FAST);
	assert_int_equal(colour_type(&made.renditions[0]), RGB);
	free(made.bytes[0]);
	fixture_clear_up(&fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(engines_make_the_same),
		cmocka_unit_test(engines_agree_on_transparency),
		cmocka_unit_test(engines_turn_alike),
		cmocka_unit_test(planes_are_as_exact_as_pixels),
		cmocka_unit_test(small_palettes_stay),
		cmocka_unit_test(alpha_that_nothing_uses_goes),
	};

	return RUN_TESTS(tests);
}
