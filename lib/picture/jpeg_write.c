/* jpeg_write.c: encodes a bitmap as a JPEG. */
#include "config.h"

#include "lib/picture/jpeg_write.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

#include "lib/picture/jpeg_recode.h"

enum {
	BLOCK_SIDE = 8,
	/* On a smaller side than this, each pixel keeps its own colour: one
	   colour for 2x2 pixels would be visible. */
	FULL_COLOUR_SIDE = 16,
	FULL_COLOUR_QUALITY = 90
};

/* libjpeg passes its own struct to callbacks, so this struct begins with it. */
struct errors {
	struct jpeg_error_mgr base;
	jmp_buf stop;
};

struct writing {
	struct jpeg_compress_struct jpeg;
	struct errors errors;
	const struct bitmap *planes; /* one bitmap, or three planes */
	unsigned char *bytes;
	unsigned long len;
	struct jpeg_mcus mcus;
};

NORETURN static void on_error(j_common_ptr jpeg)
{
	longjmp(((struct errors *)jpeg->err)->stop, 1);
}

static void on_message(j_common_ptr jpeg, int level)
{
	(void)jpeg;
	(void)level;
}

bool jpeg_write_halves_colours(uint32_t width, uint32_t height,
			       unsigned quality)
{
	return quality < FULL_COLOUR_QUALITY && width >= FULL_COLOUR_SIDE &&
	       height >= FULL_COLOUR_SIDE;
}

static void set_up(struct jpeg_compress_struct *jpeg,
		   const struct bitmap *bitmap, unsigned quality)
{
	jpeg->image_width = bitmap->width;
	jpeg->image_height = bitmap->height;
	jpeg->input_components = BITMAP_CHANNELS;
	jpeg->in_color_space = JCS_EXT_RGBX;
	jpeg_set_defaults(jpeg);
	jpeg_set_quality(jpeg, (int)quality, TRUE);
	if (bitmap_is_gray(bitmap)) {
		jpeg_set_colorspace(jpeg, JCS_GRAYSCALE);
	} else if (!jpeg_write_halves_colours(bitmap->width, bitmap->height,
					      quality)) {
		jpeg->comp_info[0].h_samp_factor = 1;
		jpeg->comp_info[0].v_samp_factor = 1;
	}
}

/* libjpeg knows these after jpeg_start_compress(). */
static void note_mcus(struct writing *w)
{
	w->mcus.count = w->jpeg.MCUs_per_row * w->jpeg.MCU_rows_in_scan;
	w->mcus.blocks = (unsigned)w->jpeg.blocks_in_MCU;
	for (unsigned i = 0; i < w->mcus.blocks; i++)
		w->mcus.component[i] = (uint8_t)w->jpeg.MCU_membership[i];
}

static void compress_bitmap(struct writing *w)
{
	while (w->jpeg.next_scanline < w->jpeg.image_height) {
		JSAMPROW row = bitmap_row(w->planes, w->jpeg.next_scanline);

		jpeg_write_scanlines(&w->jpeg, &row, 1);
	}
}

static bool is_colourless(const struct bitmap *plane)
{
	for (uint32_t y = 0; y < plane->height; y++) {
		const uint8_t *row = bitmap_row(plane, y);

		for (uint32_t x = 0; x < plane->width; x++)
			if (row[x] != 128)
				return false;
	}
	return true;
}

static void set_up_planes(struct jpeg_compress_struct *jpeg,
			  const struct bitmap planes[3], unsigned quality)
{
	jpeg->image_width = planes->width;
	jpeg->image_height = planes->height;
	jpeg->input_components = 3;
	jpeg->in_color_space = JCS_YCbCr;
	jpeg_set_defaults(jpeg);
	jpeg_set_quality(jpeg, (int)quality, TRUE);
	if (is_colourless(&planes[1]) && is_colourless(&planes[2]))
		jpeg_set_colorspace(jpeg, JCS_GRAYSCALE);
	jpeg->raw_data_in = TRUE;
}

/* Blocks at the right edge need samples after the row: repeats the last one. */
static void extend_row(uint8_t *row, uint32_t width)
{
	memset(row + width, row[width - 1], BLOCK_SIDE);
}

/* Collects the rows of one plane for a row of MCUs. At the bottom, the last row
   is repeated. */
static void collect_rows(JSAMPROW rows[], const struct bitmap *plane,
			 uint32_t first, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		const uint32_t y = first + i;

		rows[i] = bitmap_row(plane,
				     y < plane->height ? y : plane->height - 1);
		extend_row(rows[i], plane->width);
	}
}

static void compress_planes(struct writing *w)
{
	struct jpeg_compress_struct *jpeg = &w->jpeg;
	JSAMPROW rows[3][2 * BLOCK_SIDE];
	JSAMPARRAY planes[] = { rows[0], rows[1], rows[2] };

	while (jpeg->next_scanline < jpeg->image_height) {
		const uint32_t lines =
			(uint32_t)jpeg->max_v_samp_factor * BLOCK_SIDE;
		const uint32_t mcu_row = jpeg->next_scanline / lines;

		for (int i = 0; i < jpeg->num_components; i++) {
			const uint32_t count =
				(uint32_t)jpeg->comp_info[i].v_samp_factor *
				BLOCK_SIDE;

			collect_rows(rows[i], &w->planes[i], mcu_row * count,
				     count);
		}
		jpeg_write_raw_data(jpeg, planes, lines);
	}
}

static void compress(struct writing *w, unsigned quality)
{
	jpeg_mem_dest(&w->jpeg, &w->bytes, &w->len);
	if (w->planes->channels == 1)
		set_up_planes(&w->jpeg, w->planes, quality);
	else
		set_up(&w->jpeg, w->planes, quality);
	jpeg_start_compress(&w->jpeg, TRUE);
	note_mcus(w);
	if (w->planes->channels == 1)
		compress_planes(w);
	else
		compress_bitmap(w);
	jpeg_finish_compress(&w->jpeg);
}

bool jpeg_write(const uint8_t **bytes, size_t *len, struct work *work,
		const struct bitmap *planes, unsigned quality)
{
	struct writing w = { .planes = planes };
	volatile bool ok = false;

	w.jpeg.err = jpeg_std_error(&w.errors.base);
	w.errors.base.error_exit = on_error;
	w.errors.base.emit_message = on_message;
	jpeg_create_compress(&w.jpeg);
	if (!setjmp(w.errors.stop)) {
		compress(&w, quality);
		ok = true;
	}
	jpeg_destroy_compress(&w.jpeg);
	if (ok)
		ok = jpeg_recode(bytes, len, work, w.bytes, w.len, &w.mcus);
	else
		fail(work, ERR_TOO_LARGE,
		     "no memory for a JPEG of %ux%u pixels", planes->width,
		     planes->height);
	free(w.bytes);
	return ok;
}
