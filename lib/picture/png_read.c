/* png_read.c: decodes a PNG. */
#include "config.h"

#include "lib/picture/png_read.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <png.h>

#include "lib/picture/png_chunk.h"
#include "lib/picture/png_profile.h"

struct reading {
	png_struct *png;
	png_info *info;
	struct bytes bytes;
	size_t offset, header; /* of what libpng reads next, and of the next
				  chunk */
	jmp_buf stop;
	char text[128]; /* why libpng stopped */
	struct work *work;
	const struct probe *probe;
	Image *image;
	png_byte *pixels;
	size_t row_len;
	unsigned channels, passes;
	int colours;     /* of an opaque palette, which is kept; else 0 */
	bool has_beyond; /* some index is beyond the palette */
	bool is_deep;    /* 16 bits */
	bool has_rows;   /* libpng stopped behind the last one */
};

/* libpng goes on behind the last row to the end of the compressed data. */
static bool is_behind_rows(const struct reading *r)
{
	return r->passes > 1
		       ? png_get_current_pass_number(r->png) >= r->passes
		       : r->passes && png_get_current_row_number(r->png) >=
					      r->probe->height;
}

NORETURN static void on_error(png_struct *png, const char *text)
{
	struct reading *r = png_get_error_ptr(png);

	r->has_rows = is_behind_rows(r);
	snprintf(r->text, sizeof(r->text), "%s", text);
	for (char *at = r->text; *at; at++)
		if (!isprint((unsigned char)*at))
			*at = '?';
	longjmp(r->stop, 1);
}

/* Warnings are about chunks that are ignored then. */
static void on_warning(png_struct *png, const char *text)
{
	(void)png;
	(void)text;
}

/* A chunk whose end is missing gets the length that is there: libpng reads data
   in pieces, and would not ask for the last of them alone. */
static void fit_header(struct reading *r, png_byte *header)
{
	const size_t size = be32(header), left = r->bytes.len - r->offset;

	if (size > left)
		for (int i = 0; i < 4; i++)
			header[i] = (png_byte)(left >> (24 - 8 * i));
	r->header = r->offset + size + PNG_CHUNK_OVERHEAD - 8;
}

static void on_read(png_struct *png, png_byte *out, size_t count)
{
	struct reading *r = png_get_io_ptr(png);
	const bool is_header = r->offset == r->header && count == 8;

	if (!bytes_hold(r->bytes, r->offset, count))
		png_error(png, "the file ends before its last pixel");
	memcpy(out, r->bytes.data + r->offset, count);
	r->offset += count;
	if (is_header)
		fit_header(r, out);
}

static void start(struct reading *r)
{
	png_struct *png = r->png = png_create_read_struct(
		PNG_LIBPNG_VER_STRING, r, on_error, on_warning);

	r->info = png_create_info_struct(png);
	png_set_read_fn(png, r, on_read);
	/* read_header() compares the size with the probe's. */
	png_set_user_limits(png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
	/* Else a long chunk is an error, even of a kind that is not read. */
	png_set_chunk_malloc_max(png, 0);
	png_set_crc_action(png, PNG_CRC_QUIET_USE, PNG_CRC_WARN_DISCARD);
	png_set_benign_errors(png, 1);
	/* All ancillary chunks, and of them iCCP again. */
	png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
	png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_AS_DEFAULT,
				    (const png_byte *)"iCCP", 1);
	/* Some writers say that a smaller window suffices than does. */
	png_set_option(png, PNG_MAXIMUM_INFLATE_WINDOW, PNG_OPTION_ON);
	/* Such an index is black, as in browsers. */
	png_set_check_for_invalid_index(png, 0);
}

/* Few bits and tRNS become channels of 8 or 16 bits. */
static void set_channels(struct reading *r)
{
	png_color *palette;

	if (png_get_color_type(r->png, r->info) == PNG_COLOR_TYPE_PALETTE &&
	    !png_get_valid(r->png, r->info, PNG_INFO_tRNS)) {
		png_get_PLTE(r->png, r->info, &palette, &r->colours);
		png_set_packing(r->png);
	} else {
		png_set_expand(r->png);
	}
}

static bool read_header(struct reading *r)
{
	png_struct *png = r->png;
	const uint32_t width = r->probe->width, height = r->probe->height;

	png_read_info(png, r->info);
	if (png_get_image_width(png, r->info) != width ||
	    png_get_image_height(png, r->info) != height)
		return fail(r->work, ERR_CORRUPT_IMAGE,
			    "expected a PNG of %ux%u pixels as in its first "
			    "header, found %ux%u",
			    width, height, png_get_image_width(png, r->info),
			    png_get_image_height(png, r->info));
	set_channels(r);
	r->passes = (unsigned)png_set_interlace_handling(png);
	png_read_update_info(png, r->info);
	r->channels = png_get_channels(png, r->info);
	r->is_deep = png_get_bit_depth(png, r->info) == 16;
	r->row_len = png_get_rowbytes(png, r->info);
	return true;
}

static struct bytes read_iccp(struct reading *r)
{
	png_byte *profile;
	png_uint_32 len;
	char *name;
	int compression;

	if (!png_get_iCCP(r->png, r->info, &name, &compression, &profile, &len))
		return (struct bytes){ 0 };
	return (struct bytes){ profile, len };
}

static void keep_profile(struct reading *r)
{
	const bool gray =
		!(png_get_color_type(r->png, r->info) & PNG_COLOR_MASK_COLOR);
	struct png_colour colour;
	struct bytes profile;

	png_colour_find(&colour, r->bytes);
	if (!png_profile_of_cicp(&profile, r->work->pool, &colour, gray)) {
		profile = read_iccp(r);
		if (!profile.len)
			png_profile_of_gamma(&profile, r->work->pool, &colour,
					     gray);
	}
	if (profile.len)
		(void)SetImageProfile(r->image, "ICM", profile.data,
				      profile.len);
}

/* With one colour more, black, for indices beyond it. */
static bool copy_palette(struct reading *r)
{
	png_color *palette;

	png_get_PLTE(r->png, r->info, &palette, &r->colours);
	if (!AllocateImageColormap(r->image, (unsigned long)r->colours + 1))
		return false;
	for (int i = 0; i <= r->colours; i++) {
		const png_color black = { 0 };
		const png_color colour = i < r->colours ? palette[i] : black;
		PixelPacket *out = &r->image->colormap[i];

		out->red = ScaleCharToQuantum(colour.red);
		out->green = ScaleCharToQuantum(colour.green);
		out->blue = ScaleCharToQuantum(colour.blue);
		out->opacity = OpaqueOpacity;
	}
	return true;
}

static bool new_image(struct reading *r)
{
	Image *image = r->image = AllocateImage(NULL);

	image->columns = r->probe->width;
	image->rows = r->probe->height;
	image->depth = r->is_deep ? 16 : 8;
	image->matte = r->channels == 2 || r->channels == 4;
	keep_profile(r);
	return !r->colours || copy_palette(r);
}

static Quantum sample(const struct reading *r, const png_byte *at, unsigned i)
{
	return r->is_deep ? ScaleShortToQuantum(be16(at + 2 * (size_t)i))
			  : ScaleCharToQuantum(at[i]);
}

static bool convert_indices(struct reading *r, const png_byte *at, uint32_t y)
{
	const unsigned long width = r->image->columns;
	PixelPacket *out = SetImagePixels(r->image, 0, (long)y, width, 1);
	IndexPacket *indices = AccessMutableIndexes(r->image);

	if (!out || !indices)
		return false;
	for (unsigned long x = 0; x < width; x++) {
		const int index = at[x] < r->colours ? at[x] : r->colours;

		r->has_beyond |= index == r->colours;
		indices[x] = (IndexPacket)index;
		out[x] = r->image->colormap[index];
	}
	return SyncImagePixels(r->image);
}

static bool convert_channels(struct reading *r, const png_byte *at, uint32_t y)
{
	const bool is_gray = r->channels <= 2;
	const size_t step = r->channels * (r->is_deep ? 2u : 1u);
	const unsigned long width = r->image->columns;
	PixelPacket *out = SetImagePixels(r->image, 0, (long)y, width, 1);

	if (!out)
		return false;
	for (unsigned long x = 0; x < width; x++, out++, at += step) {
		out->red = sample(r, at, 0);
		out->green = is_gray ? out->red : sample(r, at, 1);
		out->blue = is_gray ? out->red : sample(r, at, 2);
		out->opacity = OpaqueOpacity;
		if (r->image->matte)
			out->opacity = MaxRGB - sample(r, at, r->channels - 1);
	}
	return SyncImagePixels(r->image);
}

static png_byte *row_at(const struct reading *r, uint32_t y)
{
	return r->pixels + (r->passes > 1 ? r->row_len * y : 0);
}

static bool fail_memory(const struct reading *r)
{
	return fail(r->work, ERR_TOO_LARGE, "no memory for %ux%u pixels",
		    r->probe->width, r->probe->height);
}

static bool put_row(struct reading *r, uint32_t y)
{
	const png_byte *at = row_at(r, y);

	return (r->colours ? convert_indices(r, at, y)
			   : convert_channels(r, at, y)) ||
	       fail_memory(r);
}

/* Each pass of an interlaced picture fills some pixels of its rows, so that all
   rows are kept until the last pass. */
static bool read_rows(struct reading *r)
{
	const uint32_t height = r->probe->height;

	r->pixels =
		png_malloc(r->png, r->row_len * (r->passes > 1 ? height : 1));
	for (unsigned pass = 0; pass < r->passes; pass++)
		for (uint32_t y = 0; y < height; y++) {
			png_read_row(r->png, row_at(r, y), NULL);
			if (pass == r->passes - 1 && !put_row(r, y))
				return false;
		}
	return true;
}

static bool decompress(struct reading *r)
{
	if (!read_header(r))
		return false;
	if (!new_image(r))
		return fail_memory(r);
	return read_rows(r);
}

/* What libpng stopped for. The pixels may be all there. */
static bool end_stopped(struct reading *r)
{
	if (r->has_rows)
		return put_row(r, r->probe->height - 1);
	if (strcasestr(r->text, "memory"))
		return fail(r->work, ERR_TOO_LARGE, "no memory: %s", r->text);
	return fail(r->work, ERR_CORRUPT_IMAGE, "damaged: %s", r->text);
}

bool png_read(Image **image, struct work *work, const struct probe *probe,
	      const uint8_t *bytes, size_t len)
{
	struct reading r = { .work = work,
			     .probe = probe,
			     .bytes = { bytes, len },
			     .header = PNG_CHUNK_FIRST };
	volatile bool ok;

	start(&r);
	ok = setjmp(r.stop) ? end_stopped(&r) : decompress(&r);
	png_free(r.png, r.pixels);
	png_destroy_read_struct(&r.png, &r.info, NULL);
	if (ok && r.colours && !r.has_beyond)
		r.image->colors--;
	if (ok)
		*image = r.image;
	else if (r.image)
		DestroyImage(r.image);
	return ok;
}
