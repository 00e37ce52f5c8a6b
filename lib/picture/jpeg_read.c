/* jpeg_read.c: decodes a JPEG and reduces it during decoding. */
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
#include "lib/picture/bitmap.h"
#include "lib/picture/jpeg_scan.h"

enum { ICC_MARKER = JPEG_APP0 + 2, MAX_MARKER = 65535 };

/* libjpeg passes its own structs to callbacks, so these structs begin with
   one. */
struct errors {
	struct jpeg_error_mgr base;
	jmp_buf stop;
	int damage; /* first message that means lost pixels; 0: none */
	char text[JMSG_LENGTH_MAX]; /* text of that message, or of the error */
};

struct source {
	struct jpeg_source_mgr base;
	bool ended; /* the data ended before the EOI marker */
};

struct progress {
	struct jpeg_progress_mgr base;
	int max_scans;
	bool too_many;
	unsigned scanned; /* components that had a scan, as a bit set */
};

struct reading {
	struct jpeg_decompress_struct jpeg;
	struct errors errors;
	struct source source;
	struct progress progress;
	struct work *work;
	const struct probe *probe;
	const struct row_sink *sink;
	bool irregular; /* for jpeg_scan_read() */
};

/* Whether the message means that some pixels are wrong. */
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

/* Level -1 is a warning; the others are traces. */
static void on_message(j_common_ptr jpeg, int level)
{
	struct errors *errors = (struct errors *)jpeg->err;

	if (level < 0)
		errors->base.num_warnings++;
	if (level >= 0 || errors->damage || !is_damage(errors->base.msg_code))
		return;
	errors->damage = errors->base.msg_code;
	keep_text(errors, jpeg);
}

/* libjpeg calls this between the rows of each scan, if a file has several. */
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

/* Ends the data with an EOI marker, as T.81 requires. If that cuts a scan
   short, libjpeg reports JWRN_HIT_MARKER. */
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

/* Whether n/8 of a side are enough. The last pixel of a reduced side may cover
   less than the others. */
static bool suffices(uint32_t side, unsigned n, double scale, double tolerance)
{
	const double exact = side * n / 8.0;
	const double rounded = ceil(exact);

	return exact >= scale * side && rounded <= tolerance * exact;
}

/* Returns the smallest reduction for which libjpeg-turbo has vector code. */
static unsigned eighths(const struct reading *r, double scale)
{
	const double tolerance = r->sink->tolerance;

	for (unsigned n = 1; n < 8; n *= 2)
		if (suffices(r->probe->width, n, scale, tolerance) &&
		    suffices(r->probe->height, n, scale, tolerance))
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
	jpeg->scale_num = eighths(r, scale);
	jpeg->scale_denom = 8;
	jpeg->out_color_space =
		jpeg->num_components == 4 ? JCS_CMYK : JCS_EXT_RGBA;
	return true;
}

/* Joins the APP2 parts by their numbers (ICC.1:2010 B.4). If a part is missing,
   libjpeg warns and returns no profile. */
static void find_profile(struct reading *r, struct row_picture *picture)
{
	JOCTET *profile = NULL;
	unsigned len = 0;

	if (!jpeg_read_icc_profile(&r->jpeg, &profile, &len))
		return;
	pool_defer(r->work->pool, free, profile);
	picture->profile = profile;
	picture->profile_len = len;
}

static void describe(struct row_picture *picture, struct reading *r)
{
	const struct jpeg_decompress_struct *jpeg = &r->jpeg;

	*picture = (struct row_picture){
		.plane_count = 1,
		.planes = { { jpeg->output_width, jpeg->output_height,
			      jpeg->image_width * jpeg->scale_num / 8.0,
			      jpeg->image_height * jpeg->scale_num / 8.0 } },
		.colours = jpeg->num_components == 1   ? PROFILE_GRAY
			   : jpeg->num_components == 4 ? PROFILE_CMYK
						       : PROFILE_RGB,
	};
	find_profile(r, picture);
}

/* Allocates slack after the pixels, for vector code. */
static bool read_rows(struct reading *r)
{
	JSAMPLE *row = pool_alloc(
		r->work->pool, (size_t)r->jpeg.output_width * 4 + BITMAP_SLACK);

	while (r->jpeg.output_scanline < r->jpeg.output_height) {
		jpeg_read_scanlines(&r->jpeg, &row, 1);
		if (!r->sink->row(r->sink->arg, row))
			return false;
	}
	return true;
}

/* Whether all bits of each coefficient were read. */
static bool is_refined(const int coef_bits[DCTSIZE2])
{
	for (int i = 0; i < DCTSIZE2; i++)
		if (coef_bits[i])
			return false;
	return true;
}

/* A file that ends between two scans lacks pixels, but libjpeg does not know
   how many scans to expect. */
static bool has_all_scans(const struct reading *r)
{
	const struct jpeg_decompress_struct *jpeg = &r->jpeg;

	for (int i = 0; i < jpeg->num_components; i++)
		if (jpeg->progressive_mode ? !is_refined(jpeg->coef_bits[i])
					   : !(r->progress.scanned >> i & 1))
			return false;
	return true;
}

/* Also returns false if the scan is irregular. */
static bool read_scan(struct reading *r)
{
	const struct row_sink *sink = r->sink;
	enum jpeg_scan_result result;
	struct row_picture picture;
	bool as_planes;

	jpeg_calc_output_dimensions(&r->jpeg);
	describe(&picture, r);
	as_planes = picture.colours == PROFILE_RGB && sink->accepts_planes &&
		    sink->accepts_planes(sink->arg, &picture);
	if (as_planes) {
		picture.plane_count = ROW_PLANES;
		jpeg_scan_planes(picture.planes, &r->jpeg);
	}
	if (!sink->begin(sink->arg, &picture))
		return false;
	result = jpeg_scan_read(r->work, &r->jpeg, sink, as_planes);
	r->irregular = result == JPEG_SCAN_IRREGULAR;
	return result == JPEG_SCAN_DONE;
}

static bool decompress(struct reading *r, double scale)
{
	struct row_picture picture;

	if (!read_header(r, scale))
		return false;
	if (!r->irregular && jpeg_scan_suits(&r->jpeg))
		return read_scan(r);
	jpeg_start_decompress(&r->jpeg);
	if (r->source.ended && jpeg_has_multiple_scans(&r->jpeg) &&
	    !has_all_scans(r))
		return fail(r->work, ERR_CORRUPT_IMAGE,
			    "damaged: the file ends before its last scan");
	describe(&picture, r);
	if (!r->sink->begin(r->sink->arg, &picture) || !read_rows(r))
		return false;
	return !r->errors.damage ||
	       fail(r->work, ERR_CORRUPT_IMAGE, "damaged: %s", r->errors.text);
}

/* Reports why libjpeg stopped. */
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

static bool read_picture(struct reading *r, double scale, const uint8_t *bytes,
			 size_t len)
{
	volatile bool ok;

	start(r, bytes, len);
	ok = setjmp(r->errors.stop) ? fail_stopped(r) : decompress(r, scale);
	if (r->errors.base.num_warnings)
		r->work->warned = true;
	jpeg_destroy_decompress(&r->jpeg);
	return ok;
}

bool jpeg_stream(struct work *work, const struct probe *probe, double scale,
		 const uint8_t *bytes, size_t len, const struct row_sink *sink)
{
	struct reading *r = pool_alloc(work->pool, sizeof(*r));

	*r = (struct reading){ .work = work, .probe = probe, .sink = sink };
	if (read_picture(r, scale, bytes, len))
		return true;
	return r->irregular && read_picture(r, scale, bytes, len);
}

struct image_sink {
	struct work *work;
	Image *image;
	enum profile_colours colours;
	long y;
};

static bool begin_image(void *arg, const struct row_picture *picture)
{
	struct image_sink *sink = arg;
	Image *image = AllocateImage(NULL);

	if (sink->image)
		DestroyImage(sink->image);
	sink->image = image;
	sink->y = 0;
	image->columns = picture->planes[0].width;
	image->rows = picture->planes[0].height;
	image->depth = 8;
	image->matte = MagickFalse;
	if (picture->colours == PROFILE_CMYK)
		image->colorspace = CMYKColorspace;
	image->is_grayscale = picture->colours == PROFILE_GRAY;
	if (picture->profile)
		(void)SetImageProfile(image, "ICM", picture->profile,
				      picture->profile_len);
	sink->colours = picture->colours;
	return true;
}

/* GraphicsMagick stores black in the channel of transparency, and CMYK values
   are amounts of ink. */
static void put_row(PixelPacket *out, const uint8_t *in, unsigned long count,
		    enum profile_colours colours)
{
	const uint8_t inverted = colours == PROFILE_CMYK ? 255 : 0;

	for (; count; count--, out++, in += 4) {
		out->red = ScaleCharToQuantum(in[0] ^ inverted);
		out->green = ScaleCharToQuantum(in[1] ^ inverted);
		out->blue = ScaleCharToQuantum(in[2] ^ inverted);
		out->opacity = ScaleCharToQuantum(in[3] ^ 255);
	}
}

static bool put_image_row(void *arg, const uint8_t *row)
{
	struct image_sink *sink = arg;
	Image *image = sink->image;
	PixelPacket *out =
		SetImagePixels(image, 0, sink->y++, image->columns, 1);

	if (out)
		put_row(out, row, image->columns, sink->colours);
	return (out && SyncImagePixels(image)) ||
	       fail(sink->work, ERR_TOO_LARGE, "no memory for %lux%lu pixels",
		    image->columns, image->rows);
}

bool jpeg_read(Image **image, struct work *work, const struct probe *probe,
	       double scale, const uint8_t *bytes, size_t len)
{
	struct image_sink made = { .work = work };
	const struct row_sink sink = { .begin = begin_image,
				       .row = put_image_row,
				       .arg = &made,
				       .tolerance = 1.01 };

	if (jpeg_stream(work, probe, scale, bytes, len, &sink)) {
		*image = made.image;
		return true;
	}
	if (made.image)
		DestroyImage(made.image);
	return false;
}
