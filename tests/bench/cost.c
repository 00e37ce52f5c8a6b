/* cost.c: compares what rendering costs with its estimate, and prints what the
   constants of the estimate would have to be: make bench-cost. */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/base/conf.h"
#include "lib/base/pool.h"
#include "lib/picture/probe.h"
#include "lib/picture/render.h"
#include "tests/lib/fixture.h"

enum { ROUNDS = 5, MEMORY = 1 << 30 };

static const uint32_t sizes[][2] = { { 640, 480 },
				     { 1920, 1200 },
				     { 4000, 3000 } };

struct sample {
	double pixels, written;
	double estimate_ms, real_ms;
};

static double cpu_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

/* Draws waves with noise in the last bits: like a drawing, and a bit like a
   photograph. */
static Image *new_picture(unsigned long width, unsigned long height)
{
	Image *image = AllocateImage(NULL);
	uint32_t seed = 1;

	image->columns = width;
	image->rows = height;
	for (unsigned long y = 0; y < height; y++) {
		PixelPacket *row = SetImagePixels(image, 0, (long)y, width, 1);

		for (unsigned long x = 0; x < width; x++) {
			const double wave =
				sin((double)x / 31) * cos((double)y / 47);

			seed = seed * 1664525 + 1013904223;
			row[x].red = ScaleCharToQuantum(
				(unsigned)(120 + 90 * wave) + (seed >> 28));
			row[x].green = ScaleCharToQuantum(
				(unsigned)(120 - 90 * wave) + (seed >> 29));
			row[x].blue = ScaleCharToQuantum(
				(unsigned)(255 * x / width) / 2 + (seed >> 29));
			row[x].opacity = OpaqueOpacity;
		}
		SyncImagePixels(image);
	}
	return image;
}

static void ignore(void *arg, uint32_t index, const struct rendition *rendition)
{
	(void)arg;
	(void)index;
	(void)rendition;
}

static double render_once(const struct renderer *renderer,
			  const uint8_t *original, size_t len)
{
	struct work work = { .conf = renderer->conf, .pool = pool_new() };
	struct render_request request = { .count = 2 };
	uint8_t *bytes = malloc(len);
	double began;

	memcpy(bytes, original, len);
	began = cpu_ms();
	if (!probe_read(&request.probe, &work, bytes, len) ||
	    !recipe_parse(&request.recipes[0], &work, "h400") ||
	    !recipe_parse(&request.recipes[1], &work, "h200") ||
	    !render_all(renderer, &work, &request, bytes, len, ignore, NULL)) {
		fprintf(stderr, "cost: %s\n", work.why);
		exit(1);
	}
	began = cpu_ms() - began;
	free(bytes);
	pool_free(work.pool);
	return began;
}

static int by_number(const void *left, const void *right)
{
	const double a = *(const double *)left, b = *(const double *)right;

	return a < b ? -1 : a > b;
}

/* Adds up the estimate as lib/service/variant_render.c does. */
static double estimate(double *written, const struct probe *probe)
{
	const uint32_t heights[] = { 400, 200 };
	uint64_t write_ns = 0;
	uint32_t side = 1;

	*written = 0;
	for (size_t i = 0; i < ARRAY_LEN(heights); i++) {
		const struct recipe recipe = { .height = heights[i] };
		const struct recipe_plan plan =
			recipe_plan(&recipe, probe->width, probe->height);
		const enum format format = recipe_format(&recipe, probe);

		*written += (double)plan.width * plan.height;
		write_ns += (uint64_t)plan.width * plan.height *
			    format_row(format)->write_ns;
		side = plan.width > side ? plan.width : side;
	}
	return probe_estimate_ms(probe, side) + (double)write_ns / 1e6;
}

static struct sample measure(const struct renderer *renderer,
			     enum format format, uint32_t width,
			     uint32_t height)
{
	struct fixture fixture = { .pool = pool_new() };
	struct work work = { .conf = renderer->conf };
	const struct fixture_file file = fixture_save(
		&fixture, new_picture(width, height), format, width, height);
	double times[ROUNDS];
	struct sample sample = { .pixels = (double)width * height };
	struct probe probe;

	if (!probe_read(&probe, &work, file.bytes, file.len))
		exit(1);
	sample.estimate_ms = estimate(&sample.written, &probe);

	for (int i = 0; i < ROUNDS; i++)
		times[i] = render_once(renderer, file.bytes, file.len);
	qsort(times, ROUNDS, sizeof(times[0]), by_number);
	sample.real_ms = times[ROUNDS / 2];
	pool_free(fixture.pool);
	return sample;
}

/* The variants of all pictures have the same size. So the difference between
   the smallest and the largest picture is the cost of reading, and the rest of
   the smallest's cost is resizing and writing. */
static void print_costs(const struct format_row *row,
			const struct sample *smallest,
			const struct sample *largest)
{
	const double read_ns = (largest->real_ms - smallest->real_ms) * 1e6 /
			       (largest->pixels - smallest->pixels);
	const double write_ns =
		(smallest->real_ms * 1e6 - read_ns * smallest->pixels) /
		smallest->written;

	printf("%-5s reading: %u ns a pixel in the table, %.1f measured\n",
	       row->name, row->ns_per_pixel, read_ns);
	printf("%-5s writing: %u ns a pixel in the table, %.1f measured\n",
	       row->name, row->write_ns, write_ns);
}

static void print_format(const struct renderer *renderer, enum format format)
{
	const size_t last = ARRAY_LEN(sizes) - 1;
	const struct format_row *row = format_row(format);
	struct sample samples[ARRAY_LEN(sizes)];

	for (size_t i = 0; i <= last; i++) {
		const struct sample s = samples[i] =
			measure(renderer, format, sizes[i][0], sizes[i][1]);

		printf("%-5s %5.1f MP  estimate %6.1f ms  real %6.1f ms  "
		       "%5.2f\n",
		       row->name, s.pixels / 1e6, s.estimate_ms, s.real_ms,
		       s.estimate_ms / s.real_ms);
	}
	print_costs(row, &samples[0], &samples[last]);
}

int main(void)
{
	struct pool *pool = pool_new();
	struct renderer renderer;
	struct conf conf;

	conf_init(&conf);
	render_init(&renderer, pool, &conf, MEMORY);
	render_begin();
	for (enum format format = 0; format < FORMAT__COUNT; format++)
		print_format(&renderer, format);
	pool_free(pool);
	return 0;
}
