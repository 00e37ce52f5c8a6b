/* animation.c: tests what is kept animated, and how GIF frames are composed. */
#include "config.h"

#include "lib/picture/animation.h"

#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/pool.h"
#include "lib/picture/gif.h"
#include "tests/lib/fixture.h"
#include "tests/unit/test.h"

/* A canvas of two by two pixels, of which each frame draws one. */
enum { SIDE = 2, MAX_STEPS = 5 };

/* Red, green and blue; the fourth is transparent. */
static const uint8_t colours[] = {
	255, 0, 0, 0, 255, 0, 0, 0, 255, 99, 99, 99
};

struct step {
	uint32_t x, y;
	char colour; /* R, G, B, or . */
	enum gif_disposal disposal;
	const char *shown; /* all pixels of the canvas then */
};

/* clang-format off */
static const struct {
	const char *name;
	struct step steps[MAX_STEPS];
} sequences[] = {
	{ "keep",
	  { { 0, 0, 'R', GIF_KEEP, "R..." }, { 1, 0, 'G', GIF_KEEP, "RG.." },
	    { 0, 0, 'B', GIF_KEEP, "BG.." } } },
	{ "transparent",
	  { { 0, 0, 'R', GIF_KEEP, "R..." }, { 0, 0, '.', GIF_KEEP, "R..." },
	    { 1, 1, '.', GIF_KEEP, "R..." } } },
	{ "clear",
	  { { 0, 0, 'R', GIF_CLEAR, "R..." }, { 1, 0, 'G', GIF_KEEP, ".G.." },
	    { 1, 0, 'B', GIF_CLEAR, ".B.." }, { 0, 1, 'R', GIF_KEEP, "..R." } } },
	{ "clear where nothing was drawn",
	  { { 0, 0, 'R', GIF_KEEP, "R..." }, { 0, 0, '.', GIF_CLEAR, "R..." },
	    { 1, 1, 'B', GIF_KEEP, "...B" } } },
	{ "restore",
	  { { 0, 0, 'R', GIF_KEEP, "R..." }, { 0, 0, 'G', GIF_RESTORE, "G..." },
	    { 1, 0, 'B', GIF_KEEP, "RB.." } } },
	{ "restore twice",
	  { { 0, 0, 'R', GIF_KEEP, "R..." }, { 0, 0, 'G', GIF_RESTORE, "G..." },
	    { 0, 0, 'B', GIF_RESTORE, "B..." }, { 1, 1, 'G', GIF_KEEP, "R..G" } } },
	{ "restore the first",
	  { { 0, 0, 'R', GIF_RESTORE, "R..." }, { 1, 0, 'G', GIF_KEEP, ".G.." } } },
	{ "clear, then restore",
	  { { 1, 1, 'B', GIF_CLEAR, "...B" }, { 1, 1, 'R', GIF_RESTORE, "...R" },
	    { 0, 0, 'G', GIF_KEEP, "G..." } } },
	{ "beside the canvas",
	  { { 0, 0, 'R', GIF_KEEP, "R..." }, { 2, 0, 'G', GIF_CLEAR, "R..." },
	    { 0, 9, 'B', GIF_RESTORE, "R..." }, { 1, 0, 'B', GIF_KEEP, "RB.." } } },
};

#define PROBE(a, b, c, d) { .format = (a), .width = (b), .height = (c), .frames = (d) }

static const struct {
	const char *name;
	struct probe probe;
	const char *recipe;
	bool kept;
} limits[] = {
	{ "gif",     PROBE(FORMAT_GIF, 200, 100, 10),   "h50",       true },
	{ "webp",    PROBE(FORMAT_WEBP, 200, 100, 10),  "h50",       true },
	{ "to webp", PROBE(FORMAT_GIF, 200, 100, 10),   "h50.webp",  true },
	{ "to gif",  PROBE(FORMAT_WEBP, 200, 100, 10),  "h50.gif",   true },
	{ "to png",  PROBE(FORMAT_GIF, 200, 100, 10),   "h50.png",   false },
	{ "to jpeg", PROBE(FORMAT_WEBP, 200, 100, 10),  "h50.jpeg",  false },
	{ "png",     PROBE(FORMAT_PNG, 200, 100, 10),   "h50.gif",   false },
	{ "tiff",    PROBE(FORMAT_TIFF, 200, 100, 10),  "h50.webp",  false },
	{ "one",     PROBE(FORMAT_GIF, 200, 100, 1),    "h50",       false },
	{ "1000",    PROBE(FORMAT_GIF, 20, 10, 1000),   "h50",       true },
	{ "1001",    PROBE(FORMAT_GIF, 20, 10, 1001),   "h50",       false },
	{ "pixels",  PROBE(FORMAT_GIF, 1000, 1000, 200), "h50",      true },
	{ "more",    PROBE(FORMAT_GIF, 1000, 1000, 201), "h50",      false },
	{ "made",    PROBE(FORMAT_GIF, 10, 10, 200),
	  "1000x1001-exact", false },
	{ "time",    PROBE(FORMAT_GIF, 10, 10, 200),
	  "900x900-exact", false },
	{ "memory",  PROBE(FORMAT_WEBP, 10, 10, 2),
	  "9000x9000-exact", false },
	{ "lies",    PROBE(FORMAT_WEBP, UINT32_MAX, UINT32_MAX, UINT32_MAX), "h50", false },
};
/* clang-format on */

static void keeps_what_is_within_limits(void **state)
{
	struct conf conf;
	struct work work = { 0 };

	(void)state;
	conf_init(&conf);
	EACH_ROW(i, limits) {
		struct recipe recipe;

		assert_true(recipe_parse(&recipe, &work, limits[i].recipe));
		if (animation_is_kept(&recipe, &limits[i].probe, &conf) !=
		    limits[i].kept)
			fail_msg("%s", limits[i].name);
	}
}

static void estimates_every_frame(void **state)
{
	struct probe probe = PROBE(FORMAT_GIF, 200, 100, 10);
	struct recipe recipe;
	struct work work = { 0 };
	uint64_t ms;

	(void)state;
	assert_true(recipe_parse(&recipe, &work, "h50"));
	ms = animation_estimate_ms(&recipe, &probe);
	probe.frames = 100;
	assert_in_range(animation_estimate_ms(&recipe, &probe), 10 * ms,
			10 * ms + 10);
	probe = (struct probe)PROBE(FORMAT_WEBP, UINT32_MAX, UINT32_MAX,
				    UINT32_MAX);
	assert_true(animation_estimate_ms(&recipe, &probe) >= INT32_MAX);
}

/* One pixel of this colour. LZW: the code to start, the colour's, the end. */
static void add_pixel(struct buf *file, const struct step *step)
{
	const unsigned index =
		(unsigned)(strchr("RGB.", step->colour) - "RGB.");
	const unsigned codes = 4u | index << 3 | 5u << 6;
	const uint8_t data[] = { 2, 2, (uint8_t)codes, (uint8_t)(codes >> 8),
				 0 };
	const struct gif_frame frame = {
		.left = step->x,
		.top = step->y,
		.width = 1,
		.height = 1,
		.delay_cs = 7,
		.disposal = step->disposal,
		.transparent = 3,
		.colours = colours,
		.colour_bits = 2,
		.data = data,
		.data_len = sizeof(data),
	};

	assert_true(gif_add_frame(file, &frame));
}

static char name_of(const uint8_t *pixel)
{
	static const uint8_t nothing[4] = { 0 };

	if (!memcmp(pixel, nothing, sizeof(nothing)))
		return '.';
	for (int i = 0; i < 3; i++)
		if (pixel[3] == 255 && !memcmp(pixel, colours + 3 * i, 3))
			return "RGB"[i];
	return '?';
}

static void check_shown(const struct bitmap *bitmap, const char *name,
			const struct step *step)
{
	char shown[SIDE * SIDE + 1] = { 0 };

	assert_int_equal(bitmap->width, SIDE);
	assert_int_equal(bitmap->height, SIDE);
	for (uint32_t i = 0; i < SIDE * SIDE; i++)
		shown[i] = name_of(bitmap_row(bitmap, i / SIDE) +
				   (size_t)4 * (i % SIDE));
	if (strcmp(shown, step->shown))
		print_error("%s\n", name);
	assert_string_equal(shown, step->shown);
}

static void read_sequence(struct fixture *fixture, const char *name,
			  const struct step *steps)
{
	const struct renderer renderer = { .conf = fixture->conf };
	const struct probe probe = { .format = FORMAT_GIF,
				     .width = SIDE,
				     .height = SIDE };
	struct buf *file = buf_new(fixture->pool, 4096);
	struct animation_source source = { .renderer = &renderer,
					   .probe = &probe };
	struct animation_frame frame;
	struct animation animation;
	void *reader;

	assert_true(gif_add_header(file, SIDE, SIDE, 3));
	for (int i = 0; i < MAX_STEPS && steps[i].shown; i++)
		add_pixel(file, &steps[i]);
	assert_true(gif_add_trailer(file));
	source.bytes = (const uint8_t *)file->data;
	source.len = file->len;
	assert_true(
		gif_reader.open(&reader, &animation, &fixture->work, &source));
	assert_int_equal(animation.plays, 3);
	for (uint32_t i = 0; i < animation.count; i++) {
		assert_true(gif_reader.next(&frame, reader, &fixture->work));
		assert_int_equal(frame.duration_ms, 70);
		check_shown(&frame.bitmap, name, &steps[i]);
	}
	assert_true(animation.count == MAX_STEPS ||
		    !steps[animation.count].shown);
}

static void composes_gif_frames(void **state)
{
	struct fixture fixture = fixture_set_up();

	(void)state;
	EACH_ROW(i, sequences)
		read_sequence(&fixture, sequences[i].name, sequences[i].steps);
	fixture_clear_up(&fixture);
}

static void take(void *arg, uint32_t index, const struct rendition *rendition)
{
	struct buf *file = arg;

	assert_int_equal(index, 0);
	assert_true(buf_add(file, rendition->bytes, rendition->len));
}

static void render_file(struct buf *made, struct fixture *fixture, int engine,
			const struct buf *file)
{
	struct work work = { .conf = fixture->conf, .pool = pool_new() };
	struct render_request request = {
		.probe = { .format = FORMAT_GIF,
			   .width = SIDE,
			   .height = SIDE,
			   .frames = MAX_STEPS,
			   .orientation = 1,
			   .alpha = true },
		.count = 1,
	};
	const struct renderer renderer = { .conf = fixture->conf };

	fixture->conf->engine = engine;
	assert_true(recipe_parse(&request.recipes[0], &work, "h9"));
	request.recipes[0].animated = true;
	assert_true(render_all(&renderer, &work, &request,
			       (uint8_t *)file->data, file->len, take, made));
	pool_free(work.pool);
}

static void engines_keep_animation(void **state)
{
	struct fixture fixture = fixture_set_up();
	struct buf *file = buf_new(fixture.pool, 4096);
	struct buf *made[2];
	struct gif gif;

	(void)state;
	assert_true(gif_add_header(file, SIDE, SIDE, 3));
	for (int i = 0; i < MAX_STEPS; i++)
		add_pixel(file, &sequences[0].steps[i % 2]);
	for (int i = 0; i < 2; i++) {
		made[i] = buf_new(fixture.pool, 4096);
		render_file(made[i], &fixture,
			    i ? ENGINE_FAST : ENGINE_GRAPHICSMAGICK, file);
		assert_true(gif_parse(&gif, &fixture.work,
				      (const uint8_t *)made[i]->data,
				      made[i]->len, 2 * MAX_STEPS));
		assert_int_equal(gif.count, MAX_STEPS);
		assert_int_equal(gif.plays, 3);
	}
	assert_int_equal(made[0]->len, made[1]->len);
	assert_memory_equal(made[0]->data, made[1]->data, made[0]->len);
	fixture_clear_up(&fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_what_is_within_limits),
		cmocka_unit_test(estimates_every_frame),
		cmocka_unit_test(composes_gif_frames),
		cmocka_unit_test(engines_keep_animation),
	};

	return RUN_TESTS(tests);
}
