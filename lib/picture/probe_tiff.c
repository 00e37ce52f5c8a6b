/* probe_tiff.c: reads the main page of a TIFF or BigTIFF and counts its
   pages. */
#include "config.h"

#include "lib/picture/probe_formats.h"

#include "lib/picture/tiff.h"
#include "lib/picture/tiff_surplus.h"

enum { MAX_SAMPLES = 16, MAX_BITS = 64 };

/* TIFF 6.0, SampleFormat. Other values mean the default. */
enum { UNSIGNED = 1, SIGNED = 2, COMPLEX_INTEGER = 5, COMPLEX_FLOAT = 6 };

/* The compressions that libtiff 4.5 supports. */
static const uint16_t compressions[] = {
	1,     /* none */
	2,     /* CCITT modified Huffman */
	3,     /* CCITT group 3 */
	4,     /* CCITT group 4 */
	5,     /* LZW */
	6,     /* JPEG as in TIFF 6.0 */
	7,     /* JPEG */
	8,     /* Deflate */
	32766, /* NeXT */
	32771, /* CCITT modified Huffman, word aligned */
	32773, /* PackBits */
	32809, /* ThunderScan */
	32909, /* PixarLog */
	32946, /* Deflate, before it had an official number */
	34676, /* SGI LogL */
	34677, /* SGI LogLuv */
	34887, /* LERC */
	34925, /* LZMA */
	50000, /* Zstandard */
	50001, /* WebP */
};

/* clang-format off */
static const struct {
	uint64_t photometric;
	const char *name;
} unsupported[] = {
	{ TIFF_MASK,       "a transparency mask" },
	{ TIFF_ITU_LAB,    "ITU L*a*b* colours" },
	{ TIFF_CFA,        "camera raw data" },
	{ TIFF_LINEAR_RAW, "camera raw data" },
};
/* clang-format on */

static const char expected[] =
	"expected a TIFF of gray, RGB, CMYK, YCbCr, L*a*b* or palette colours";

struct page {
	const struct tiff *tiff;
	uint64_t at;
};

static uint64_t find(const struct page *page, enum tiff_tag tag,
		     uint64_t absent)
{
	return tiff_find(page->tiff, page->at, tag, absent);
}

static bool is_known_compression(uint64_t compression)
{
	for (size_t i = 0; i < ARRAY_LEN(compressions); i++)
		if (compressions[i] == compression)
			return true;
	return false;
}

static bool check_size(const struct page *page, struct work *work)
{
	const uint64_t width = find(page, TIFF_WIDTH, UINT64_MAX);
	const uint64_t height = find(page, TIFF_HEIGHT, UINT64_MAX);

	if (width == UINT64_MAX || height == UINT64_MAX)
		return fail(work, ERR_CORRUPT_IMAGE,
			    "expected a size in the TIFF directory at byte "
			    "%llu of %zu, found none; save the picture again",
			    (unsigned long long)page->at,
			    page->tiff->bytes.len);
	if (width < 1 || width > UINT32_MAX || height < 1 ||
	    height > UINT32_MAX)
		return fail(work, ERR_CORRUPT_IMAGE,
			    "expected a TIFF of 1 to %u pixels a side, found "
			    "%llux%llu; save the picture again",
			    UINT32_MAX, (unsigned long long)width,
			    (unsigned long long)height);
	return true;
}

static bool check_pixels(const struct page *page, struct work *work)
{
	uint64_t at = find(page, TIFF_STRIP_OFFSETS, UINT64_MAX);

	if (at == UINT64_MAX)
		at = find(page, TIFF_TILE_OFFSETS, UINT64_MAX);
	if (at == UINT64_MAX)
		at = find(page, TIFF_JPEG_OFFSET, UINT64_MAX);
	if (at == UINT64_MAX)
		return fail(work, ERR_CORRUPT_IMAGE,
			    "expected pixels in the TIFF directory at byte "
			    "%llu of %zu, found none; save the picture again",
			    (unsigned long long)page->at,
			    page->tiff->bytes.len);
	if (at >= page->tiff->bytes.len)
		return fail(work, ERR_CORRUPT_IMAGE,
			    "expected pixels at byte %llu of the TIFF, found "
			    "a file of %zu bytes; upload the whole file",
			    (unsigned long long)at, page->tiff->bytes.len);
	return true;
}

static bool check_samples(const struct page *page, struct work *work)
{
	const uint64_t bits = find(page, TIFF_BITS, 1);
	const uint64_t samples = find(page, TIFF_SAMPLES, 1);
	const uint64_t format = find(page, TIFF_SAMPLE_FORMAT, UNSIGNED);

	if (bits < 1 || bits > MAX_BITS || samples < 1 || samples > MAX_SAMPLES)
		return fail(work, ERR_UNSUPPORTED_FORMAT,
			    "expected a TIFF of 1 to %d samples of 1 to %d "
			    "bits, found %llu of %llu; save the picture again",
			    MAX_SAMPLES, MAX_BITS, (unsigned long long)samples,
			    (unsigned long long)bits);
	if (format == SIGNED || format == COMPLEX_INTEGER ||
	    format == COMPLEX_FLOAT)
		return fail(work, ERR_UNSUPPORTED_FORMAT,
			    "expected a TIFF of unsigned integers or floats, "
			    "found one of %s numbers; save the picture again",
			    format == SIGNED ? "signed integer" : "complex");
	return true;
}

static bool check_coding(const struct page *page, struct work *work)
{
	const uint64_t compression = find(page, TIFF_COMPRESSION, 1);
	const uint64_t photometric =
		find(page, TIFF_PHOTOMETRIC, TIFF_BLACK_IS_0);

	if (find(page, TIFF_DNG_VERSION, UINT64_MAX) != UINT64_MAX)
		return fail(work, ERR_UNSUPPORTED_FORMAT,
			    "%s, found a DNG (camera raw data)", expected);
	for (size_t i = 0; i < ARRAY_LEN(unsupported); i++)
		if (photometric == unsupported[i].photometric)
			return fail(work, ERR_UNSUPPORTED_FORMAT,
				    "%s, found %s", expected,
				    unsupported[i].name);
	if (!is_known_compression(compression))
		return fail(work, ERR_UNSUPPORTED_FORMAT,
			    "expected a TIFF of a known compression, found "
			    "compression %llu; save the picture with LZW",
			    (unsigned long long)compression);
	return true;
}

/* GraphicsMagick cannot read these colours: libtiff converts them in a copy of
   the strip, which may be the whole picture. */
static unsigned copy_bits(const struct page *page, uint64_t photometric,
			  uint64_t samples)
{
	enum { JPEG = 7, RGBA_BITS = 32 };

	if (photometric == TIFF_YCBCR)
		return samples > 1 && find(page, TIFF_COMPRESSION, 1) == JPEG
			       ? 0
			       : RGBA_BITS;
	return photometric == TIFF_LOG_L || photometric == TIFF_LOG_LUV
		       ? RGBA_BITS
		       : 0;
}

bool probe_tiff(struct probe *probe, struct work *work, struct bytes bytes)
{
	struct tiff tiff;
	struct page page = { .tiff = &tiff };
	uint64_t orientation, photometric, samples;

	if (!tiff_open(&tiff, work, bytes))
		return false;
	page.at = tiff_main_page(&tiff, &probe->frames);
	if (!page.at)
		return fail(work, ERR_CORRUPT_IMAGE,
			    "expected a directory with a size in the TIFF, "
			    "found none in its %zu bytes; upload the whole "
			    "file",
			    bytes.len);
	if (!check_size(&page, work) || !check_pixels(&page, work) ||
	    !check_samples(&page, work) || !check_coding(&page, work))
		return false;
	probe->width = (uint32_t)find(&page, TIFF_WIDTH, 0);
	probe->height = (uint32_t)find(&page, TIFF_HEIGHT, 0);
	photometric = find(&page, TIFF_PHOTOMETRIC, TIFF_BLACK_IS_0);
	samples = find(&page, TIFF_SAMPLES, 1);
	probe->gray = photometric <= TIFF_BLACK_IS_0 && samples < 3;
	probe->pixel_bits = (unsigned)(samples * find(&page, TIFF_BITS, 1)) +
			    copy_bits(&page, photometric, samples);
	probe->alpha = tiff_has_alpha(photometric, samples,
				      find(&page, TIFF_EXTRA_SAMPLES, 0));
	orientation = find(&page, TIFF_ORIENTATION, 1);
	if (orientation >= 1 && orientation <= 8)
		probe->orientation = (unsigned)orientation;
	probe->surplus = tiff_surplus(&tiff);
	return true;
}
