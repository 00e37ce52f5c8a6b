/* jpeg_read.c: decodes a JPEG, reduced while it is read. */
#include "config.h"

#include "lib/picture/jpeg_read.h"

#include <ctype.h>
#include <math.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>
#include <jerror.h>

#include "lib/base/conf.h"
#include "lib/base/pool.h"

enum { ICC_MARKER = JPEG_APP0 + 2, MAX_MARKER = 65535 };

/* libjpeg passes its own structs to callbacks: each here begins with one. */
struct errors {
	struct jpeg_error_mgr base;
	jmp_buf stop;
	int damage; /* the first message that means lost pixels; 0: none */
	char text[JMSG_LENGTH_MAX]; /* of that message, or of the error */
};

struct source {
	struct jpeg_source_mgr base;
	bool ended; /* the data ended before the EOI marker */
};

struct progress {
	struct jpeg_progress_mgr base;
	int max_scans;
	bool too_many;
	unsigned scanned; /* components that had a scan, as a set of bits */
};

struct reading {
	struct jpeg_decompress_struct jpeg;
	struct errors errors;
	struct source source;
	struct progress progress;
	struct work *work;
	const struct probe *probe;
	Image *image;
	JSAMPLE *row;
};

/* Messages after which some pixels are not those that were encoded. */
static bool is_damage(int message)
{
	switch (message) {
	case JWRN_HIT_MARKER:
	case JWRN_HUFF_BAD_CODE:
	case JWRN_ARITH_BAD_CODE:
	case JWRN_MUST_RESYNC:
		return true;
	}
	return false;
}

static void keep_text(struct errors *errors, j_common_ptr jpeg)
{
	errors->base.format_message(jpeg, errors->text);
	for (char *at = errors->text; *at; at++)
		if (!isprint((unsigned char)*at))
			*at = '?';
}

NORETURN static void on_error(j_common_ptr jpeg)
{
	struct errors *errors = (struct errors *)jpeg->err;

	keep_text(errors, jpeg);
	longjmp(errors->stop, 1);
}

/* Level -1 is a warning, the others are for tracing. */
static void on_message(j_common_ptr jpeg, int level)
{
	struct errors *errors = (struct errors *)jpeg->err;

	if (level >= 0 || errors->damage || !is_damage(errors->base.msg_code))
		return;
	errors->damage = errors->base.msg_code;
	keep_text(errors, jpeg);
}

/* Called between the rows of each scan, where a file has several. */
static void on_progress(j_common_ptr common)
{
	struct progress *progress = (struct progress *)common->progress;
	struct jpeg_decompress_struct *jpeg = (j_decompress_ptr)common;

	for (int i = 0; i < jpeg->comps_in_scan; i++)
		progress->scanned |= 1u
				     << jpeg->cur_comp_info[i]->component_index;
	if (jpeg->input_scan_number <= progress->max_scans)
		return;
	progress->too_many = true;
	longjmp(((struct errors *)common->err)->stop, 1);
}

static void source_init(j_decompress_ptr jpeg)
{
	(void)jpeg;
}

/* Ends the data with an EOI marker, as T.81 wants it. Where that cuts a scan
   short, libjpeg says JWRN_HIT_MARKER. */
static boolean source_fill(j_decompress_ptr jpeg)
{
	static const JOCTET eoi[] = { 0xff, JPEG_EOI };
	struct source *source = (struct source *)jpeg->src;

	source->ended = true;
	source->base.next_input_byte = eoi;
	source->base.bytes_in_buffer = sizeof(eoi);
	return TRUE;
}

static void source_skip(j_decompress_ptr jpeg, long count)
{
	struct jpeg_source_mgr *source = jpeg->src;

	if (count <= 0)
		return;
	if ((size_t)count > source->bytes_in_buffer) {
		source_fill(jpeg);
		return;
	}
	source->next_input_byte += count;
	source->bytes_in_buffer -= (size_t)count;
}

static void start(struct reading *r, const uint8_t *bytes, size_t len)
{
	r->jpeg.err = jpeg_std_error(&r->errors.base);
	r->errors.base.error_exit = on_error;
	r->errors.base.emit_message = on_message;
	jpeg_create_decompress(&r->jpeg);
	r->source.base = (struct jpeg_source_mgr){
		.next_input_byte = bytes,
		.bytes_in_buffer = len,
		.init_source = source_init,
		.fill_input_buffer = source_fill,
		.skip_input_data = source_skip,
		.resync_to_restart = jpeg_resync_to_restart,
		.term_source = source_init,
	};
	r->progress = (struct progress){
		.base.progress_monitor = on_progress,
		.max_scans = (int)r->work->conf->max_scans,
	};
	r->jpeg.src = &r->source.base;
	r->jpeg.progress = &r->progress.base;
}

/* Whether n/8 of a side are enough. The last pixel of a reduced side may stand
   for less than the others, which shifts the picture: by 1 % at the most. */
static bool suffices(uint32_t side, unsigned n, double scale)
{
	const double exact = side * n / 8.0;
	const double rounded = ceil(exact);

	return rounded >= scale * side && rounded <= 1.01 * exact;
}

/* The smallest of the reductions that libjpeg-turbo has vector code for. */
static unsigned eighths(const struct probe *probe, double scale)
{
	for (unsigned n = 1; n < 8; n *= 2)
		if (suffices(probe->width, n, scale) &&
		    suffices(probe->height, n, scale))
			return n;
	return 8;
}

static bool read_header(struct reading *r, double scale)
{
	struct jpeg_decompress_struct *jpeg = &r->jpeg;

	jpeg_save_markers(jpeg, ICC_MARKER, MAX_MARKER);
	jpeg_read_header(jpeg, TRUE);
	if (jpeg->image_width != r->probe->width ||
	    jpeg->image_height != r->probe->height)
		return fail(r->work, ERR_CORRUPT_IMAGE,
			    "expected a JPEG of %ux%u pixels as in its first "
			    "header, found %ux%u",
			    r->probe->width, r->probe->height,
			    jpeg->image_width, jpeg->image_height);
	jpeg->scale_num = eighths(r->probe, scale);
	jpeg->scale_denom = 8;
	if (jpeg->num_components == 1)
		jpeg->out_color_space = JCS_GRAYSCALE;
	else if (jpeg->num_components == 4)
		jpeg->out_color_space = JCS_CMYK;
	else
		jpeg->out_color_space = JCS_RGB;
	return true;
}

/* Joins the APP2 parts by their numbers (ICC.1:2010 B.4). libjpeg warns of a
   profile of which a part is missing, and gives none. */
static void keep_profile(struct reading *r)
{
	JOCTET *profile = NULL;
	unsigned len = 0;

	if (jpeg_read_icc_profile(&r->jpeg, &profile, &len))
		(void)SetImageProfile(r->image, "ICM", profile, len);
	free(profile);
}

static void new_image(struct reading *r)
{
	Image *image = r->image = AllocateImage(NULL);

	image->columns = r->jpeg.output_width;
	image->rows = r->jpeg.output_height;
	image->depth = 8;
	image->matte = MagickFalse;
	if (r->jpeg.out_color_space == JCS_CMYK)
		image->colorspace = CMYKColorspace;
	image->is_grayscale = r->jpeg.out_color_space == JCS_GRAYSCALE;
	keep_profile(r);
}

static void put_gray(PixelPacket *out, const JSAMPLE *in, unsigned long count)
{
	for (; count; count--, out++, in++) {
		out->red = out->green = out->blue = ScaleCharToQuantum(*in);
		out->opacity = OpaqueOpacity;
	}
}

static void put_rgb(PixelPacket *out, const JSAMPLE *in, unsigned long count)
{
	for (; count; count--, out++, in += 3) {
		out->red = ScaleCharToQuantum(in[0]);
		out->green = ScaleCharToQuantum(in[1]);
		out->blue = ScaleCharToQuantum(in[2]);
		out->opacity = OpaqueOpacity;
	}
}

/* Adobe's programs store ink inverted, and all others do as they do.
   GraphicsMagick keeps black where transparency is. */
static void put_cmyk(PixelPacket *out, const JSAMPLE *in, unsigned long count)
{
	for (; count; count--, out++, in += 4) {
		out->red = ScaleCharToQuantum(255 - in[0]);
		out->green = ScaleCharToQuantum(255 - in[1]);
		out->blue = ScaleCharToQuantum(255 - in[2]);
		out->opacity = ScaleCharToQuantum(255 - in[3]);
	}
}

static bool read_row(struct reading *r)
{
	const unsigned long width = r->image->columns;
	const long y = (long)r->jpeg.output_scanline;
	PixelPacket *out;

	jpeg_read_scanlines(&r->jpeg, &r->row, 1);
	out = SetImagePixels(r->image, 0, y, width, 1);
	if (!out)
		return false;
	if (r->jpeg.out_color_space == JCS_GRAYSCALE)
		put_gray(out, r->row, width);
	else if (r->jpeg.out_color_space == JCS_RGB)
		put_rgb(out, r->row, width);
	else
		put_cmyk(out, r->row, width);
	return SyncImagePixels(r->image);
}

static bool read_rows(struct reading *r)
{
	r->row = pool_alloc(r->work->pool,
			    (size_t)r->jpeg.output_width *
				    (size_t)r->jpeg.output_components);
	while (r->jpeg.output_scanline < r->jpeg.output_height)
		if (!read_row(r))
			return fail(r->work, ERR_TOO_LARGE,
				    "no memory for %ux%u pixels",
				    r->jpeg.output_width,
				    r->jpeg.output_height);
	return true;
}

/* Whether each coefficient came with all its bits. */
static bool is_refined(const int coef_bits[DCTSIZE2])
{
	for (int i = 0; i < DCTSIZE2; i++)
		if (coef_bits[i])
			return false;
	return true;
}

/* A file that ends between two scans lacks pixels, but libjpeg does not know
   how many scans there should be. */
static bool has_all_scans(const struct reading *r)
{
	const struct jpeg_decompress_struct *jpeg = &r->jpeg;

	for (int i = 0; i < jpeg->num_components; i++)
		if (jpeg->progressive_mode ? !is_refined(jpeg->coef_bits[i])
					   : !(r->progress.scanned >> i & 1))
			return false;
	return true;
}

static bool decompress(struct reading *r, double scale)
{
	if (!read_header(r, scale))
		return false;
	jpeg_start_decompress(&r->jpeg);
	if (r->source.ended && jpeg_has_multiple_scans(&r->jpeg) &&
	    !has_all_scans(r))
		return fail(r->work, ERR_CORRUPT_IMAGE,
			    "damaged: the file ends before its last scan");
	new_image(r);
	if (!read_rows(r))
		return false;
	return !r->errors.damage ||
	       fail(r->work, ERR_CORRUPT_IMAGE, "damaged: %s", r->errors.text);
}

/* What libjpeg stopped for. */
static bool fail_stopped(const struct reading *r)
{
	if (r->progress.too_many)
		return fail(r->work, ERR_TOO_LARGE,
			    "expected at most %d scans, found more",
			    r->progress.max_scans);
	switch (r->errors.base.msg_code) {
	case JERR_OUT_OF_MEMORY:
	case JERR_NO_BACKING_STORE:
		return fail(r->work, ERR_TOO_LARGE, "no memory: %s",
			    r->errors.text);
	case JERR_ARITH_NOTIMPL:
	case JERR_CCIR601_NOTIMPL:
	case JERR_CONVERSION_NOTIMPL:
	case JERR_FRACT_SAMPLE_NOTIMPL:
	case JERR_NOTIMPL:
	case JERR_NOT_COMPILED:
	case JERR_SOF_UNSUPPORTED:
		return fail(r->work, ERR_UNSUPPORTED_FORMAT,
			    "unsupported variant of JPEG: %s", r->errors.text);
	}
	return fail(r->work, ERR_CORRUPT_IMAGE, "damaged: %s", r->errors.text);
}

bool jpeg_read(Image **image, struct work *work, const struct probe *probe,
	       double scale, const uint8_t *bytes, size_t len)
{
	struct reading r = { .work = work, .probe = probe };
	volatile bool ok;

	start(&r, bytes, len);
	ok = setjmp(r.errors.stop) ? fail_stopped(&r) : decompress(&r, scale);
	jpeg_destroy_decompress(&r.jpeg);
	if (ok)
		*image = r.image;
	else if (r.image)
		DestroyImage(r.image);
	return ok;
}
