/* animation_limits.c: decides which animations are kept, and estimates cost. */
#include "config.h"

#include "lib/picture/animation_limits.h"

#include "lib/picture/effect.h"

/* Time and memory were measured with photographs, and include a margin. */
/* clang-format off */
static const struct {
	bool is_animated;
	unsigned opaque_ns; /* cost of encoding one pixel of a frame */
	unsigned alpha_ns;  /* the same with transparency */
	unsigned bytes_per_pixel; /* memory of the writer */
} rows[FORMAT__COUNT] = {
	[FORMAT_GIF]  = { true, 200, 220, 32 },
	[FORMAT_WEBP] = { true, 120, 220, 48 },
};
/* clang-format on */

enum {
	/* any frame: its headers and its palette */
	FRAME_NS = 60000,
	RESIZE_NS = 3,
	/* Shares of the time and the memory of a worker's decoder process.
	   decoder_pool.c uses the same MEMORY_SHARE. */
	TIME_SHARE = 4,
	MEMORY_SHARE = 2,
	OUTPUT_SHARE = 8
};

static uint64_t source_pixels(const struct probe *probe)
{
	return (uint64_t)probe->width * probe->height;
}

static uint64_t output_pixels(const struct recipe *recipe,
			      const struct probe *probe)
{
	const struct recipe_plan plan = recipe_plan_for(recipe, probe);

	return (uint64_t)plan.width * plan.height;
}

uint64_t animation_estimate_ms(const struct recipe *recipe,
			       const struct probe *probe)
{
	const enum format format = recipe_format(recipe, probe);
	const unsigned read_ns =
		format_row(probe->format)->ns_per_pixel + RESIZE_NS;
	const unsigned write_ns =
		probe->alpha ? rows[format].alpha_ns : rows[format].opaque_ns;
	const double ns = (double)source_pixels(probe) * read_ns +
			  (double)output_pixels(recipe, probe) *
				  (write_ns + effect_ns(recipe)) +
			  FRAME_NS;
	const double ms = ns * probe->frames / 1e6;

	return ms < UINT32_MAX ? (uint64_t)ms : UINT32_MAX;
}

uint64_t animation_estimate_mib(const struct recipe *recipe,
				const struct probe *probe)
{
	const enum format format = recipe_format(recipe, probe);

	return probe_estimate_mib(probe) +
	       (output_pixels(recipe, probe) * rows[format].bytes_per_pixel >>
		20);
}

/* Assumes up to one byte of file for each pixel, as noise needs. */
static bool is_within_limits(const struct recipe *recipe,
			     const struct probe *probe, const struct conf *conf)
{
	const uint64_t max = (uint64_t)conf->max_pixels / probe->frames;
	const uint64_t made = output_pixels(recipe, probe);

	return probe->frames <= ANIMATION_MAX_FRAMES &&
	       source_pixels(probe) <= max && made <= max &&
	       made <= ((uint64_t)conf->decoder_memory_worker << 20) /
			       OUTPUT_SHARE / probe->frames &&
	       animation_estimate_ms(recipe, probe) <=
		       (uint64_t)conf->decoder_seconds_worker * 1000 /
			       TIME_SHARE &&
	       animation_estimate_mib(recipe, probe) <=
		       (uint64_t)conf->decoder_memory_worker / MEMORY_SHARE;
}

bool animation_is_kept(const struct recipe *recipe, const struct probe *probe,
		       const struct conf *conf)
{
	return probe->frames > 1 && rows[probe->format].is_animated &&
	       rows[recipe_format(recipe, probe)].is_animated &&
	       is_within_limits(recipe, probe, conf);
}
