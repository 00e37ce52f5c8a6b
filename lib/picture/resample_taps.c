/* resample_taps.c: calculates the coefficients of the resampling filter. */
#include "config.h"

#include "lib/picture/resample_taps.h"

#include <math.h>
#include <string.h>

#include "lib/base/pool.h"

enum { LOBES = 3 };

/* The input pixels of one output pixel, as doubles. */
struct window {
	double from, to; /* input pixels, whole numbers */
	double centre;
	double stretch; /* input pixels per unit of the filter */
};

static struct window find_window(uint32_t size, double centre, double stretch)
{
	const double support = LOBES * stretch;
	double from = floor(centre - support + 0.5);
	double to = floor(centre + support + 0.5);

	from = from < 0 ? 0 : from > size - 1.0 ? size - 1.0 : from;
	to = to > size ? size : to < from + 1 ? from + 1 : to;
	return (struct window){ from, to, centre, stretch };
}

/* sinc(x) * sinc(x / 3), from the sine of t = pi x / 3: sin(3t) = sin(t) * (3 -
   4 sin(t)^2). */
static double lanczos(double t, double sine)
{
	const double square = sine * sine;

	if (fabs(t) < 1e-9)
		return 1;
	if (fabs(t) >= M_PI)
		return 0;
	return square * (3 - 4 * square) / (3 * t * t);
}
_Static_assert(LOBES == 3, "the angle is tripled");

/* Calculates the sine of each input pixel's angle from the previous one by the
   angle addition formulas. Returns the sum. */
static double calculate(double *out, const struct window *w)
{
	const double step = M_PI / LOBES / w->stretch;
	const double start = (w->from + 0.5 - w->centre) * step;
	const double sine_of_step = sin(step), cosine_of_step = cos(step);
	const uint32_t used = (uint32_t)(w->to - w->from);
	double sine = sin(start), cosine = cos(start), sum = 0;

	for (uint32_t i = 0; i < used; i++) {
		const double next =
			sine * cosine_of_step + cosine * sine_of_step;

		out[i] = lanczos(start + i * step, sine);
		sum += out[i];
		cosine = cosine * cosine_of_step - sine * sine_of_step;
		sine = next;
	}
	return sum;
}

/* Rounds so that the sum is RESAMPLE_TAPS_ONE: the largest coefficient gets the
   rounding error. */
static void round_coefficients(int16_t *out, const double *in, uint32_t count,
			       double total)
{
	int32_t sum = 0;
	uint32_t largest = 0;

	for (uint32_t i = 0; i < count; i++) {
		out[i] = (int16_t)lrint(in[i] / total * RESAMPLE_TAPS_ONE);
		sum += out[i];
		if (out[i] > out[largest])
			largest = i;
	}
	out[largest] = (int16_t)(out[largest] + RESAMPLE_TAPS_ONE - sum);
}

static bool allocate(struct resample_taps *taps, struct work *work)
{
	const size_t count = taps->count;
	const size_t bytes = count * taps->room * sizeof(*taps->coefficients);

	taps->first =
		pool_try_alloc(work->pool, 2 * count * sizeof(*taps->first));
	taps->coefficients = pool_try_alloc(work->pool, bytes);
	if (!taps->first || !taps->coefficients)
		return fail(work, ERR_TOO_LARGE,
			    "no memory for the filter of %u pixels",
			    taps->count);
	taps->used = taps->first + count;
	memset(taps->coefficients, 0, bytes);
	return true;
}

bool resample_taps_init(struct resample_taps *taps, struct work *work,
			uint32_t size, double start, double extent,
			uint32_t count)
{
	const double scale = extent / count;
	const double stretch = scale < 1 ? 1 : scale;
	const uint32_t room =
		((uint32_t)ceil(LOBES * stretch) * 2 + 1 + 15) & ~15u;
	double *exact = pool_try_alloc(work->pool, room * sizeof(*exact));

	*taps = (struct resample_taps){ .count = count, .room = room };
	if (!allocate(taps, work))
		return false;
	if (!exact)
		return fail(work, ERR_TOO_LARGE,
			    "no memory for a filter of %u coefficients", room);
	for (uint32_t i = 0; i < count; i++) {
		const struct window w =
			find_window(size, start + (i + 0.5) * scale, stretch);

		taps->first[i] = (uint32_t)w.from;
		taps->used[i] = (uint32_t)(w.to - w.from);
		round_coefficients(taps->coefficients + (size_t)i * room, exact,
				   taps->used[i], calculate(exact, &w));
	}
	return true;
}
