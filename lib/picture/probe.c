/* probe.c: reads a picture's header and estimates the cost of rendering. */
#include "config.h"

#include "lib/picture/probe.h"

#include <limits.h>

#include "lib/base/conf.h"
#include "lib/picture/decoder_memory.h"
#include "lib/picture/foreign.h"
#include "lib/picture/probe_formats.h"
#include "lib/process/memory_budget.h"

/* clang-format off */
static probe_reader *const readers[] = {
	[FORMAT_JPEG] = probe_jpeg,
	[FORMAT_PNG]  = probe_png,
	[FORMAT_GIF]  = probe_gif,
	[FORMAT_WEBP] = probe_webp,
	[FORMAT_TIFF] = probe_tiff,
	[FORMAT_BMP]  = probe_bmp,
};
/* clang-format on */
_Static_assert(ARRAY_LEN(readers) == FORMAT__COUNT,
	       "every format needs a reader");

/* Costs in addition to those of format.c. */
enum {
	/* any decoder process: its start, and its memory before decoding */
	BASE_MS = 2,
	BASE_MIB = 16,
	/* Lanczos resizes from about twice the output's sides, and takes this
	   long for each pixel of that */
	RESIZE_NS = 3,
	RESIZE_AREA = 4,
	/* each scan of a JPEG passes over all coefficients, which stay in
	   memory: 2 bytes each, for 3 components */
	SCAN_PS = 660,
	SCANS_BYTES = 6,
	/* a JPEG is read at 1/8 of its sides at least; of a large one, only as
	   much is kept as variants of 2000 pixels need */
	JPEG_REDUCTION = 64,
	JPEG_PIXELS = 1 << 24,
	/* rotating a picture copies it, including palette indices */
	TURNED_BYTES = 18,
};

static uint64_t pixels_of(const struct probe *probe)
{
	return (uint64_t)probe->width * probe->height;
}

/* `name` is the kind of a file that begins like an accepted format, else
   NULL. */
static bool refuse_format(struct work *work, const uint8_t *bytes, size_t len,
			  const char *name)
{
	static const char expected[] =
		"expected jpeg, png, gif, webp, tiff or bmp";

	if (!len)
		return fail(work, ERR_UNSUPPORTED_FORMAT,
			    "%s, found an empty file", expected);
	if (len < 4)
		return fail(work, ERR_UNSUPPORTED_FORMAT,
			    "%s, found a file of %zu bytes", expected, len);
	if (!name)
		name = foreign_name(bytes, len);
	return fail(work, ERR_UNSUPPORTED_FORMAT, "%s, found %s", expected,
		    name ? name : "a file of another kind");
}

bool probe_read(struct probe *probe, struct work *work, const uint8_t *bytes,
		size_t len)
{
	struct probe found = { .frames = 1, .orientation = 1 };
	const char *disguised = foreign_disguised(bytes, len);

	if (disguised || !format_sniff(&found.format, bytes, len))
		return refuse_format(work, bytes, len, disguised);
	if (!readers[found.format](&found, work, (struct bytes){ bytes, len }))
		return false;
	if (!found.width || !found.height)
		return fail(work, ERR_CORRUPT_IMAGE,
			    "expected at least one pixel, found %ux%u; save "
			    "the picture again",
			    found.width, found.height);
	if (found.frames > PROBE_MAX_FRAMES)
		found.frames = PROBE_MAX_FRAMES;
	*probe = found;
	return true;
}

/* A picture that needs more memory than all decoder processes together have can
   never be rendered. */
static bool has_memory(const struct probe *probe, struct work *work)
{
	const long total_mib = work->conf->decoder_memory_total;
	const unsigned mib = decoder_memory_mib(probe, NULL, 0, 0, work->conf);

	return !total_mib || mib <= memory_budget_largest_mib(total_mib) ||
	       fail(work, ERR_TOO_LARGE,
		    "%ux%u pixels of %s need %u MiB of memory, more than %ld",
		    probe->width, probe->height,
		    format_row(probe->format)->name, mib,
		    memory_budget_largest_mib(total_mib));
}

bool probe_is_bearable(const struct probe *probe, struct work *work)
{
	const struct conf *conf = work->conf;
	uint32_t side =
		probe->width > probe->height ? probe->width : probe->height;

	if (pixels_of(probe) > (uint64_t)conf->max_pixels)
		return fail(work, ERR_TOO_LARGE,
			    "expected at most %ld pixels, found %ux%u",
			    conf->max_pixels, probe->width, probe->height);
	if (side > (unsigned long)conf->max_side)
		return fail(work, ERR_TOO_LARGE,
			    "expected at most %ld pixels a side, found %ux%u",
			    conf->max_side, probe->width, probe->height);
	if (probe->scans > (unsigned long)conf->max_scans)
		return fail(work, ERR_TOO_LARGE,
			    "expected at most %ld scans, found %u",
			    conf->max_scans, probe->scans);
	if (probe_estimate_mib(probe) >
	    (unsigned long)conf->decoder_memory_worker)
		return fail(work, ERR_TOO_LARGE,
			    "%ux%u pixels of %s need %u MiB of memory, more "
			    "than %ld",
			    probe->width, probe->height,
			    format_row(probe->format)->name,
			    probe_estimate_mib(probe),
			    conf->decoder_memory_worker);
	if (!has_memory(probe, work))
		return false;
	if (probe->surplus)
		return fail(work, ERR_CORRUPT_IMAGE,
			    "expected a file that is its picture, found a %s "
			    "with %llu other bytes; save the picture again",
			    format_row(probe->format)->name,
			    (unsigned long long)probe->surplus);
	return true;
}

void probe_upright(const struct probe *probe, uint32_t *width, uint32_t *height)
{
	bool lies = probe->orientation >= 5;

	*width = lies ? probe->height : probe->width;
	*height = lies ? probe->width : probe->height;
}

/* Uses doubles, because a header may claim 2^64 pixels; the lost digits do not
   matter. */
static unsigned saturate(double value)
{
	return value < UINT_MAX ? (unsigned)value : UINT_MAX;
}

unsigned probe_estimate_ms(const struct probe *probe, uint32_t largest_side)
{
	uint32_t side =
		probe->width > probe->height ? probe->width : probe->height;
	double scale = (double)largest_side / side;
	double pixels = (double)pixels_of(probe);
	double resized = pixels * scale * scale * RESIZE_AREA;
	double ns = pixels * format_row(probe->format)->ns_per_pixel;

	if (resized > pixels)
		resized = pixels;
	ns += resized * RESIZE_NS;
	if (probe->scans > 1)
		ns += pixels * probe->scans * SCAN_PS / 1e3;
	return saturate(BASE_MS + ns / 1e6);
}

/* Returns the pixels in memory while the decoder process rotates a picture,
   which is after the reduction. */
static double decoded_pixels(const struct probe *probe)
{
	double pixels = (double)pixels_of(probe);
	double reduced = pixels / JPEG_REDUCTION;

	if (probe->format != FORMAT_JPEG)
		return pixels;
	if (reduced < JPEG_PIXELS)
		reduced = JPEG_PIXELS;
	return reduced < pixels ? reduced : pixels;
}

unsigned probe_estimate_mib(const struct probe *probe)
{
	unsigned each = format_row(probe->format)->bytes_per_pixel;
	double bytes;

	if (probe->orientation > 1 && each < TURNED_BYTES)
		each = TURNED_BYTES;
	bytes = decoded_pixels(probe) * each;
	if (probe->scans > 1)
		bytes += (double)pixels_of(probe) * SCANS_BYTES;
	return saturate(BASE_MIB + bytes / (1 << 20));
}
