/* png_header.c: reads the chunks before the pixels of a PNG. */
#include "config.h"

#include "lib/picture/png_header.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <png.h>

#include "lib/base/pool.h"
#include "lib/picture/png_chunk.h"
#include "lib/picture/png_profile.h"
#include "lib/picture/tone_curves.h"

struct reading {
	png_struct *png;
	png_info *info;
	struct bytes bytes;
	size_t offset,
		next; /* of the next data for libpng, and of the next chunk */
	jmp_buf stop;
	char text[128]; /* why libpng stopped */
	struct work *work;
	struct png_header *header;
};

NORETURN static void on_error(png_struct *png, const char *text)
{
	struct reading *r = png_get_error_ptr(png);

	snprintf(r->text, sizeof(r->text), "%s", text);
	for (char *at = r->text; *at; at++)
		if (!isprint((unsigned char)*at))
			*at = '?';
	longjmp(r->stop, 1);
}

/* Warnings are about chunks that libpng ignores. */
static void on_warning(png_struct *png, const char *text)
{
	(void)png;
	(void)text;
}

/* If the end of a chunk is missing, sets the length to what is there: libpng
   reads data in pieces, and would not ask for an incomplete last piece. */
static void fit_header(struct reading *r, png_byte *header)
{
	const size_t size = be32(header), left = r->bytes.len - r->offset;

	if (size > left)
		for (int i = 0; i < 4; i++)
			header[i] = (png_byte)(left >> (24 - 8 * i));
	r->next = r->offset + size + PNG_CHUNK_OVERHEAD - 8;
}

/* Limits a colour profile to the size that a JPEG allows; libpng ignores a
   larger one without decompressing it. The limit is not set for other chunks,
   because long ones would then be errors, even of unused kinds. */
static void limit_memory(struct reading *r, const png_byte *header)
{
	enum { MOST = 255 * 65519 };

	png_set_chunk_malloc_max(r->png,
				 memcmp(header + 4, "iCCP", 4) ? 0 : MOST);
}

static void on_read(png_struct *png, png_byte *out, size_t count)
{
	struct reading *r = png_get_io_ptr(png);
	const bool is_header = r->offset == r->next && count == 8;

	if (!bytes_hold(r->bytes, r->offset, count))
		png_error(png, "the file ends before its last pixel");
	memcpy(out, r->bytes.data + r->offset, count);
	r->offset += count;
	if (is_header) {
		fit_header(r, out);
		limit_memory(r, out);
	}
}

static void start(struct reading *r)
{
	png_struct *png = r->png = png_create_read_struct(
		PNG_LIBPNG_VER_STRING, r, on_error, on_warning);

	r->info = png_create_info_struct(png);
	png_set_read_fn(png, r, on_read);
	/* read_header() compares the size with the probe's. */
	png_set_user_limits(png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
	png_set_crc_action(png, PNG_CRC_QUIET_USE, PNG_CRC_WARN_DISCARD);
	png_set_benign_errors(png, 1);
	/* Ignores all ancillary chunks, then keeps iCCP. */
	png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
	png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_AS_DEFAULT,
				    (const png_byte *)"iCCP", 1);
	/* Some writers declare a window that is too small. */
	png_set_option(png, PNG_MAXIMUM_INFLATE_WINDOW, PNG_OPTION_ON);
	/* Such an index is black, as in browsers. */
	png_set_check_for_invalid_index(png, 0);
}

static void read_palette(struct reading *r)
{
	struct png_samples *samples = &r->header->samples;
	png_color *palette;

	png_get_PLTE(r->png, r->info, &palette, &samples->colours);
	for (int i = 0; i < 256; i++) {
		const png_color black = { 0 };
		const png_color *colour =
			i < samples->colours ? &palette[i] : &black;
		uint8_t *out = samples->values[i];

		out[0] = colour->red;
		out[1] = colour->green;
		out[2] = colour->blue;
		out[3] = 255;
	}
}

static void read_transparency(struct reading *r)
{
	struct png_samples *samples = &r->header->samples;
	png_color_16 *key = NULL;
	png_byte *alphas = NULL;
	int count = 0;

	if (!png_get_tRNS(r->png, r->info, &alphas, &count, &key))
		return;
	for (int i = 0; samples->colours && i < count; i++)
		samples->values[i][3] = alphas[i];
	if (samples->colours || !key)
		return;
	samples->has_key = true;
	samples->key[0] = r->header->is_gray ? key->gray : key->red;
	samples->key[1] = key->green;
	samples->key[2] = key->blue;
}

static void read_samples(struct reading *r)
{
	const int type = png_get_color_type(r->png, r->info);
	struct png_samples *samples = &r->header->samples;

	r->header->is_gray = !(type & PNG_COLOR_MASK_COLOR);
	r->header->is_interlaced =
		png_get_interlace_type(r->png, r->info) != PNG_INTERLACE_NONE;
	samples->channels = png_get_channels(r->png, r->info);
	samples->depth = png_get_bit_depth(r->png, r->info);
	if (type == PNG_COLOR_TYPE_PALETTE)
		read_palette(r);
	read_transparency(r);
	png_samples_init(samples);
}

/* Copies the profile, because libpng's memory ends with the header. */
static struct bytes read_iccp(struct reading *r)
{
	png_byte *profile;
	png_uint_32 len;
	uint8_t *copy;
	char *name;
	int compression;

	if (!png_get_iCCP(r->png, r->info, &name, &compression, &profile, &len))
		return (struct bytes){ 0 };
	copy = pool_try_alloc(r->work->pool, len);
	if (!copy)
		png_error(r->png, "the colour profile needs more memory");
	memcpy(copy, profile, len);
	return (struct bytes){ copy, len };
}

static void find_profile(struct reading *r)
{
	struct pool *pool = r->work->pool;
	struct png_colour colour;

	png_colour_find(&colour, r->bytes);
	if (png_profile_of_cicp(&r->header->profile, pool, &colour,
				r->header->is_gray))
		return;
	r->header->profile = read_iccp(r);
	if (!r->header->profile.len)
		png_profile_of_gamma(&r->header->profile, pool, &colour,
				     r->header->is_gray);
}

static void find_curves(struct reading *r)
{
	struct png_header *header = r->header;

	if (header->samples.depth == 16 && header->profile.len)
		header->samples.curves = tone_curves_new(
			&header->profile, r->work->pool,
			header->is_gray ? PROFILE_GRAY : PROFILE_RGB);
}

static bool read_header(struct reading *r, uint32_t width, uint32_t height)
{
	png_struct *png = r->png;

	png_read_info(png, r->info);
	if (png_get_image_width(png, r->info) != width ||
	    png_get_image_height(png, r->info) != height)
		return fail(r->work, ERR_CORRUPT_IMAGE,
			    "expected a PNG of %ux%u pixels as in its first "
			    "header, found %ux%u",
			    width, height, png_get_image_width(png, r->info),
			    png_get_image_height(png, r->info));
	read_samples(r);
	find_profile(r);
	find_curves(r);
	r->header->offset = r->offset;
	return true;
}

static bool fail_stopped(const struct reading *r)
{
	if (strcasestr(r->text, "memory"))
		return fail(r->work, ERR_TOO_LARGE, "no memory: %s", r->text);
	return fail(r->work, ERR_CORRUPT_IMAGE, "damaged: %s", r->text);
}

bool png_header_read(struct png_header *header, struct work *work,
		     const struct probe *probe, struct bytes bytes)
{
	struct png_header found = { .width = probe->width,
				    .height = probe->height };
	struct reading r = { .work = work,
			     .bytes = bytes,
			     .next = PNG_CHUNK_FIRST,
			     .header = &found };
	volatile bool ok;

	start(&r);
	ok = setjmp(r.stop) ? fail_stopped(&r)
			    : read_header(&r, probe->width, probe->height);
	png_destroy_read_struct(&r.png, &r.info, NULL);
	if (ok)
		*header = found;
	return ok;
}
