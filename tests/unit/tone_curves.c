/* tone_curves.c: tests that dark colours of 16 bits stay apart when their
   samples are proportional to light. */
#include "config.h"

#include "lib/picture/tone_curves.h"

#include <lcms2.h>
#include <math.h>
#include <string.h>

#include "lib/base/pool.h"
#include "lib/picture/engine.h"
#include "lib/picture/render.h"
#include "tests/lib/fixture.h"
#include "tests/unit/test.h"

enum { MEMORY = 256 << 20, WIDTH = 512, HEIGHT = 8, STEP = 8 };

/* IEC 61966-2-1, in steps of 8 bits. */
static double shown(double light)
{
	return 255 * (light <= 0.0031308 ? 12.92 * light
					 : 1.055 * pow(light, 1 / 2.4) - 0.055);
}

/* clang-format off */
static const struct {
	const char *name;
	enum format format;
	bool gray, alpha;
	double gamma; /* of the profile: stored values to this power are light */
} files[] = {
	{ "linear RGB",         FORMAT_PNG,  false, false, 1 },
	{ "linear RGBA",        FORMAT_PNG,  false, true,  1 },
	{ "gamma 1.4",          FORMAT_PNG,  false, false, 1.4 },
	{ "linear gray, TIFF",  FORMAT_TIFF, true,  false, 1 },
	{ "linear RGB, TIFF",   FORMAT_TIFF, false, false, 1 },
	{ "linear RGBA, TIFF",  FORMAT_TIFF, false, true,  1 },
	{ "gamma 1.4, TIFF",    FORMAT_TIFF, false, false, 1.4 },
};
/* clang-format on */

static const uint8_t *new_profile(struct pool *pool, size_t *len, size_t file)
{
	const struct profile_curve curve = PROFILE_GAMMA(files[file].gamma);
	struct profile_space space = profile_srgb_space;

	if (files[file].gray)
		return profile_gray(pool, len, &curve);
	/* Grays are the same with any primaries. */
	space.red = (struct profile_xy){ 0.68, 0.32 };
	space.green = (struct profile_xy){ 0.265, 0.69 };
	for (size_t i = 0; i < ARRAY_LEN(space.curves); i++)
		space.curves[i] = curve;
	return profile_rgb(pool, len, &space);
}

/* Grays from black on, and one row of another colour unless all is gray. */
static Image *new_gradient(size_t file)
{
	Image *image = fixture_new_image(WIDTH, HEIGHT, fixture_four);

	for (long y = 0; y < HEIGHT; y++) {
		PixelPacket *row = GetImagePixels(image, 0, y, WIDTH, 1);

		for (int x = 0; x < WIDTH; x++) {
			const Quantum value = ScaleShortToQuantum(x * STEP);
			const bool coloured = !y && !files[file].gray;

			row[x].red = row[x].green = row[x].blue = value;
			row[x].opacity = OpaqueOpacity;
			if (coloured)
				row[x].green = MaxRGB;
			if (coloured && files[file].alpha)
				row[x].opacity = MaxRGB / 2;
		}
		SyncImagePixels(image);
	}
	image->matte = files[file].alpha;
	image->depth = 16;
	return image;
}

static struct fixture_file save(struct fixture *fixture, size_t file)
{
	Image *image = new_gradient(file);
	struct fixture_file saved;
	size_t len;
	const uint8_t *profile = new_profile(fixture->pool, &len, file);

	SetImageProfile(image, "ICM", profile, len);
	saved = fixture_save(fixture, image, files[file].format, WIDTH, HEIGHT);
	saved.probe.gray = files[file].gray;
	saved.probe.alpha = files[file].alpha;
	return saved;
}

static void check_gradient(const Image *image, size_t file)
{
	ExceptionInfo exception;
	const PixelPacket *row;

	GetExceptionInfo(&exception);
	row = AcquireImagePixels(image, 0, HEIGHT / 2, WIDTH, 1, &exception);
	for (int x = 0; x < WIDTH; x++) {
		const double value = x * STEP / 65535.0;
		const double expected = shown(pow(value, files[file].gamma));
		const int found[] = { ScaleQuantumToChar(row[x].red),
				      ScaleQuantumToChar(row[x].green),
				      ScaleQuantumToChar(row[x].blue) };

		for (int i = 0; i < 3; i++)
			if (fabs(found[i] - expected) > 1.01)
				fail_msg("%s: pixel %d is %d, not %.2f",
					 files[file].name, x, found[i],
					 expected);
	}
	DestroyExceptionInfo(&exception);
}

static void check(void *arg, uint32_t index, const struct rendition *rendition)
{
	Image *image = fixture_read_back(rendition);

	(void)index;
	check_gradient(image, *(size_t *)arg);
	DestroyImage(image);
}

static void render(struct fixture *fixture, size_t file, int engine)
{
	const struct fixture_file saved = save(fixture, file);
	struct work work = { .conf = fixture->conf, .pool = pool_new() };
	struct render_request request = { .probe = saved.probe, .count = 1 };
	uint8_t *bytes = pool_alloc(work.pool, saved.len);
	struct renderer renderer;

	memcpy(bytes, saved.bytes, saved.len);
	fixture->conf->engine = engine;
	render_init(&renderer, fixture->pool, fixture->conf, MEMORY);
	assert_true(recipe_parse(&request.recipes[0], &work, "h8.png"));
	if (!render_all(&renderer, &work, &request, bytes, saved.len, check,
			&file))
		fail_msg("%s: %s", files[file].name, work.why);
	pool_free(work.pool);
}

static void dark_colours_stay_apart(void **state)
{
	struct fixture fixture = fixture_set_up();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		render(&fixture, i, ENGINE_FAST);
		render(&fixture, i, ENGINE_GRAPHICSMAGICK);
	}
	fixture_clear_up(&fixture);
}

static void other_profiles_stay(void **state)
{
	struct pool *pool = pool_new();
	struct bytes gray = { 0 }, lab = { 0 }, srgb = { 0 }, none = { 0 };

	(void)state;
	gray.data = profile_gray(pool, &gray.len, &PROFILE_GAMMA(1));
	lab.data = profile_lab(pool, &lab.len);
	srgb.data = profile_srgb(pool, &srgb.len);
	assert_null(tone_curves_new(&gray, pool, PROFILE_RGB));
	assert_null(tone_curves_new(&lab, pool, PROFILE_RGB));
	assert_null(tone_curves_new(&srgb, pool, PROFILE_RGB));
	assert_null(tone_curves_new(&none, pool, PROFILE_RGB));
	assert_true(gray.len && lab.len && srgb.len);
	assert_non_null(tone_curves_new(&gray, pool, PROFILE_GRAY));
	assert_int_equal(gray.len, 0);
	pool_free(pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dark_colours_stay_apart),
		cmocka_unit_test(other_profiles_stay),
	};

	return RUN_TESTS(tests);
}
