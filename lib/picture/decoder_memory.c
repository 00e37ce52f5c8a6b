/* decoder_memory.c: estimates the memory for rendering a picture. */
#include "config.h"

#include "lib/picture/decoder_memory.h"

#include <limits.h>

#include "lib/base/util.h"
#include "lib/picture/animation_limits.h"

/* In bytes, except the first. */
enum {
	/* a decoder process before decoding, and the fixed costs of any
	   picture */
	BASE_MIB = 20,
	PROBE_BASE_MIB = 16, /* what probe.c assumes for that */
	/* a row during decoding, for each pixel: as stored, as pixels, and the
	   rows that the resampling filter needs */
	ROW = 256,
	/* a coefficient of a JPEG in several scans, for each 8 bits */
	COEFFICIENT = 2,
	/* a pixel of an interlaced PNG: as rows of the engine fast, and as
	   those of GraphicsMagick */
	CANVAS = 4,
	WIDE_CANVAS = 8,
	/* a pixel of a picture that GraphicsMagick first reduces roughly */
	REDUCED = 4,
	/* a pixel of any variant and its encoded bytes, which are kept until
	   the last variant is done; and of its upright copy, or of one and a
	   half images of GraphicsMagick */
	VARIANT = 8,
	TURNED = 4,
	IMAGES = 16
};

/* Additional memory for encoding one pixel, and for decoding one in addition to
   format.c: a lossless WebP is in memory twice, and a palette TIFF has indices
   besides its pixels. Measured, with a margin. */
/* clang-format off */
static const struct {
	unsigned read, write;
} rows[] = {
	[FORMAT_JPEG] = { 0,  8 },
	[FORMAT_PNG]  = { 0,  8 },
	[FORMAT_GIF]  = { 0, 24 },
	[FORMAT_WEBP] = { 4, 64 },
	[FORMAT_TIFF] = { 1, 14 },
	[FORMAT_BMP]  = { 0, 20 },
};
/* clang-format on */
_Static_assert(ARRAY_LEN(rows) == FORMAT__COUNT, "every format needs a row");

static double pixels_of(const struct probe *probe)
{
	return (double)probe->width * probe->height;
}

/* Any picture that GraphicsMagick reads is in memory as a whole: the estimate
   of probe.c, and the strip or tile of a TIFF, which may be all of it, with a
   copy that libtiff makes. */
static double image_bytes(const struct probe *probe)
{
	const double mib = probe_estimate_mib(probe) - PROBE_BASE_MIB;
	const double stored =
		probe->format == FORMAT_TIFF ? probe->pixel_bits / 8.0 : 0;

	return mib * (1 << 20) +
	       (stored + rows[probe->format].read) * pixels_of(probe);
}

static double coefficient_bytes(const struct probe *probe)
{
	return pixels_of(probe) * COEFFICIENT * probe->pixel_bits / 8;
}

/* Pictures that the engine fast reads row by row. */
static double row_bytes(const struct probe *probe)
{
	const double bytes = (double)probe->width * ROW;

	if (!probe->whole)
		return bytes;
	return bytes + (probe->format == FORMAT_PNG ? pixels_of(probe) * CANVAS
						    : coefficient_bytes(probe));
}

static bool is_read_by_rows(const struct probe *probe)
{
	return probe->format == FORMAT_JPEG || probe->format == FORMAT_PNG;
}

/* The engine graphicsmagick: whole images, reduced before they become
   variants. */
static double slow_bytes(const struct probe *probe)
{
	const double bytes = image_bytes(probe) + pixels_of(probe) * REDUCED;

	if (!probe->whole)
		return bytes;
	return bytes + (probe->format == FORMAT_PNG
				? pixels_of(probe) * WIDE_CANVAS
				: coefficient_bytes(probe));
}

static double source_bytes(const struct probe *probe, bool is_fast)
{
	if (!is_fast)
		return slow_bytes(probe);
	return is_read_by_rows(probe) ? row_bytes(probe) : image_bytes(probe);
}

static double variant_bytes(const struct probe *probe,
			    const struct recipe *recipes, size_t count,
			    bool is_fast)
{
	const int each = VARIANT + (is_fast ? 0 : IMAGES) +
			 (probe->orientation > 1 ? TURNED : 0);
	double sum = 0, most = 0;

	for (size_t i = 0; i < count; i++) {
		const enum format format = recipe_format(&recipes[i], probe);
		const struct recipe_plan plan =
			recipe_plan_for(&recipes[i], probe);
		const double pixels = (double)plan.width * plan.height;
		const double write = pixels * rows[format].write;

		sum += pixels * each;
		most = write > most ? write : most;
	}
	return sum + most;
}

/* A picture with GRAVITY_SMART is decoded twice, and reading a TIFF changes its
   bytes. */
static double copied_bytes(const struct probe *probe,
			   const struct recipe *recipes, size_t count,
			   uint64_t source_len)
{
	if (probe->format == FORMAT_TIFF)
		for (size_t i = 0; i < count; i++)
			if (recipes[i].gravity == GRAVITY_SMART)
				return (double)source_len;
	return 0;
}

/* An animation is read and resized frame by frame. */
static double animation_bytes(const struct probe *probe,
			      const struct recipe *recipe)
{
	const double mib = (double)animation_estimate_mib(recipe, probe);

	return (mib - PROBE_BASE_MIB) * (1 << 20);
}

unsigned decoder_memory_mib(const struct probe *probe,
			    const struct recipe *recipes, size_t count,
			    uint64_t source_len, const struct conf *conf)
{
	const bool is_fast = conf->engine == ENGINE_FAST;
	double bytes = source_bytes(probe, is_fast) +
		       variant_bytes(probe, recipes, count, is_fast) +
		       (double)source_len +
		       copied_bytes(probe, recipes, count, source_len);
	double mib;

	if (count == 1 && recipes[0].animated)
		bytes += animation_bytes(probe, &recipes[0]);
	mib = BASE_MIB + bytes / (1 << 20);
	return mib < UINT_MAX ? (unsigned)mib : UINT_MAX;
}
