/* jpeg_write.c: encodes a bitmap as a JPEG. */
#include "config.h"

#include "lib/picture/jpeg_write.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <jpeglib.h>

#include "lib/picture/jpeg_recode.h"

enum {
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

static bool is_gray(const struct bitmap *bitmap)
{
	for (uint32_t y = 0; y < bitmap->height; y++) {
		const uint8_t *at = bitmap_row(bitmap, y);

		for (uint32_t x = 0; x < bitmap->width; x++, at += 4)
			if (at[0] != at[1] || at[0] != at[2])
				return false;
	}
	return true;
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
	if (bitmap->gray || is_gray(bitmap)) {
		jpeg_set_colorspace(jpeg, JCS_GRAYSCALE);
	} else if (quality >= FULL_COLOUR_QUALITY ||
		   bitmap->width < FULL_COLOUR_SIDE ||
		   bitmap->height < FULL_COLOUR_SIDE) {
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

static bool compress_rows(struct writing *w, const struct bitmap *bitmap,
			  unsigned quality)
{
	jpeg_mem_dest(&w->jpeg, &w->bytes, &w->len);
	set_up(&w->jpeg, bitmap, quality);
	jpeg_start_compress(&w->jpeg, TRUE);
	note_mcus(w);
	while (w->jpeg.next_scanline < w->jpeg.image_height) {
		JSAMPROW row = bitmap_row(bitmap, w->jpeg.next_scanline);

		jpeg_write_scanlines(&w->jpeg, &row, 1);
	}
	jpeg_finish_compress(&w->jpeg);
	return true;
}

bool jpeg_write(const uint8_t **bytes, size_t *len, struct work *work,
		const struct bitmap *bitmap, unsigned quality)
{
	struct writing w = { 0 };
	volatile bool ok = false;

	w.jpeg.err = jpeg_std_error(&w.errors.base);
	w.errors.base.error_exit = on_error;
	w.errors.base.emit_message = on_message;
	jpeg_create_compress(&w.jpeg);
	if (!setjmp(w.errors.stop))
		ok = compress_rows(&w, bitmap, quality);
	jpeg_destroy_compress(&w.jpeg);
	if (ok)
		ok = jpeg_recode(bytes, len, work, w.bytes, w.len, &w.mcus);
	else
		fail(work, ERR_TOO_LARGE,
		     "no memory for a JPEG of %ux%u pixels", bitmap->width,
		     bitmap->height);
	free(w.bytes);
	return ok;
}
