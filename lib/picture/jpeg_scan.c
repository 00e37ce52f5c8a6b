/* jpeg_scan.c: decodes and reduces the scan of a common JPEG. */
#include "config.h"

#include "lib/picture/jpeg_scan.h"

#include <math.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "lib/base/pool.h"
#include "lib/picture/bitmap.h"
#include "lib/picture/jpeg_dct.h"
#include "lib/picture/jpeg_huffman.h"

enum { MOST_COMPONENTS = 3, RST0 = 0xd0 };

struct component {
	unsigned across, down;  /* its blocks in an MCU */
	unsigned columns, rows; /* samples that come from a block */
	uint32_t rows_left;     /* of the plane */
	struct jpeg_block_coder coder;
	int32_t predictor;
	size_t stride;
	uint8_t *samples; /* of one row of MCUs */
};

struct scan {
	const struct jpeg_decompress_struct *jpeg;
	const struct row_sink *sink;
	bool as_planes;
	struct component components[MOST_COMPONENTS];
	unsigned count;
	uint32_t mcus_per_row, mcu_rows;
	struct jpeg_bits bits;
	uint32_t until_restart; /* MCUs until the next restart marker */
	uint8_t restarts;
	uint8_t *row; /* of pixels */
};

/* Returns the samples of a block's side for a component with `factor` blocks,
   where the largest component has `most`: enough to need no interpolation. 0 if
   there is no such number. */
static unsigned samples_of(unsigned reduced, int most, int factor)
{
	const unsigned samples = reduced * (unsigned)most / (unsigned)factor;

	return most % factor || samples > 8 || samples & (samples - 1)
		       ? 0
		       : samples;
}

static bool component_suits(const struct jpeg_decompress_struct *jpeg,
			    const jpeg_component_info *info)
{
	return samples_of(jpeg->scale_num, jpeg->max_h_samp_factor,
			  info->h_samp_factor) &&
	       samples_of(jpeg->scale_num, jpeg->max_v_samp_factor,
			  info->v_samp_factor) &&
	       info->quant_tbl_no < NUM_QUANT_TBLS &&
	       info->dc_tbl_no < NUM_HUFF_TBLS &&
	       info->ac_tbl_no < NUM_HUFF_TBLS &&
	       jpeg->quant_tbl_ptrs[info->quant_tbl_no] &&
	       jpeg->dc_huff_tbl_ptrs[info->dc_tbl_no] &&
	       jpeg->ac_huff_tbl_ptrs[info->ac_tbl_no];
}

bool jpeg_scan_suits(const struct jpeg_decompress_struct *jpeg)
{
	const bool colours = jpeg->jpeg_color_space == JCS_YCbCr;

	if (jpeg->progressive_mode || jpeg->arith_code ||
	    jpeg->data_precision != 8 || jpeg->scale_num >= 8 ||
	    (!colours && jpeg->jpeg_color_space != JCS_GRAYSCALE) ||
	    jpeg->num_components != (colours ? 3 : 1) ||
	    jpeg->comps_in_scan != jpeg->num_components)
		return false;
	for (int i = 0; i < jpeg->num_components; i++)
		if (jpeg->cur_comp_info[i] != &jpeg->comp_info[i] ||
		    !component_suits(jpeg, &jpeg->comp_info[i]))
			return false;
	return true;
}

/* Returns the samples of a block's side in a plane. The differences of colours
   get half the samples of the brightness, or more if they have one side. */
static unsigned plane_samples_of(const struct jpeg_decompress_struct *jpeg,
				 unsigned index)
{
	const jpeg_component_info *info = &jpeg->comp_info[index];
	const unsigned across = samples_of(
		jpeg->scale_num, jpeg->max_h_samp_factor, info->h_samp_factor);
	const unsigned down = samples_of(
		jpeg->scale_num, jpeg->max_v_samp_factor, info->v_samp_factor);
	const unsigned most = across > down ? across : down;

	if (!index)
		return jpeg->scale_num;
	return most > 1 ? most / 2 : 1;
}

void jpeg_scan_planes(struct row_plane planes[ROW_PLANES],
		      const struct jpeg_decompress_struct *jpeg)
{
	for (unsigned i = 0; i < ROW_PLANES; i++) {
		const jpeg_component_info *info = &jpeg->comp_info[i];
		const double samples = plane_samples_of(jpeg, i) / 8.0;
		const double width = jpeg->image_width * samples *
				     info->h_samp_factor /
				     jpeg->max_h_samp_factor;
		const double height = jpeg->image_height * samples *
				      info->v_samp_factor /
				      jpeg->max_v_samp_factor;

		planes[i] = (struct row_plane){ (uint32_t)ceil(width),
						(uint32_t)ceil(height), width,
						height };
	}
}

/* Returns the last coefficient, in zigzag order, that this size needs. */
static unsigned last_of(unsigned columns, unsigned rows)
{
	unsigned last = 0;

	for (unsigned i = 0; i < 64; i++)
		if (jpeg_zigzag_natural[i] % 8u < columns &&
		    jpeg_zigzag_natural[i] / 8u < rows)
			last = i;
	return last;
}

/* Components with the same table share it. */
static bool find_tables(struct scan *scan, struct work *work, unsigned index)
{
	const struct jpeg_decompress_struct *jpeg = scan->jpeg;
	const jpeg_component_info *info = &jpeg->comp_info[index];
	struct jpeg_block_coder *coder = &scan->components[index].coder;
	const JHUFF_TBL *dc = jpeg->dc_huff_tbl_ptrs[info->dc_tbl_no];
	const JHUFF_TBL *ac = jpeg->ac_huff_tbl_ptrs[info->ac_tbl_no];
	struct jpeg_huffman *codes;
	struct jpeg_ac_table *steps;

	for (unsigned i = 0; i < index; i++)
		if (jpeg->comp_info[i].dc_tbl_no == info->dc_tbl_no &&
		    jpeg->comp_info[i].ac_tbl_no == info->ac_tbl_no) {
			*coder = scan->components[i].coder;
			return true;
		}
	codes = pool_alloc(work->pool, 2 * sizeof(*codes));
	steps = pool_alloc(work->pool, sizeof(*steps));
	coder->dc = codes;
	coder->ac_codes = codes + 1;
	coder->ac = steps;
	if (!jpeg_huffman_init(codes, dc->bits, dc->huffval) ||
	    !jpeg_huffman_init(codes + 1, ac->bits, ac->huffval))
		return false;
	jpeg_ac_table_init(steps, codes + 1);
	return true;
}

static void set_size(const struct scan *scan, struct component *component,
		     unsigned index)
{
	const struct jpeg_decompress_struct *jpeg = scan->jpeg;
	const jpeg_component_info *info = &jpeg->comp_info[index];
	struct row_plane planes[ROW_PLANES];

	if (scan->as_planes) {
		jpeg_scan_planes(planes, jpeg);
		component->columns = plane_samples_of(jpeg, index);
		component->rows = component->columns;
		component->rows_left = planes[index].height;
		return;
	}
	component->columns = samples_of(
		jpeg->scale_num, jpeg->max_h_samp_factor, info->h_samp_factor);
	component->rows = samples_of(jpeg->scale_num, jpeg->max_v_samp_factor,
				     info->v_samp_factor);
	component->rows_left = jpeg->output_height;
}

/* A scan of one component has one block in each MCU (T.81 A.2.2). */
static bool component_init(struct scan *scan, struct work *work, unsigned index)
{
	const struct jpeg_decompress_struct *jpeg = scan->jpeg;
	const jpeg_component_info *info = &jpeg->comp_info[index];
	struct component *component = &scan->components[index];

	if (!find_tables(scan, work, index))
		return false;
	component->across =
		scan->count == 1 ? 1 : (unsigned)info->h_samp_factor;
	component->down = scan->count == 1 ? 1 : (unsigned)info->v_samp_factor;
	set_size(scan, component, index);
	component->coder.quantisers =
		jpeg->quant_tbl_ptrs[info->quant_tbl_no]->quantval;
	component->coder.last = last_of(component->columns, component->rows);
	component->stride = (size_t)scan->mcus_per_row * component->across *
				    component->columns +
			    BITMAP_SLACK;
	component->samples =
		pool_try_alloc(work->pool, component->stride * component->down *
						   component->rows);
	return component->samples;
}

static uint32_t divide_up(uint32_t value, uint32_t by)
{
	return (value + by - 1) / by;
}

static bool scan_init(struct scan *scan, struct work *work)
{
	const struct jpeg_decompress_struct *jpeg = scan->jpeg;
	const struct jpeg_source_mgr *source = jpeg->src;
	const bool single = jpeg->num_components == 1;
	const int across = single ? 1 : jpeg->max_h_samp_factor;
	const int down = single ? 1 : jpeg->max_v_samp_factor;

	scan->count = (unsigned)jpeg->num_components;
	scan->mcus_per_row =
		divide_up(jpeg->image_width, 8u * (unsigned)across);
	scan->mcu_rows = divide_up(jpeg->image_height, 8u * (unsigned)down);
	scan->until_restart = jpeg->restart_interval;
	scan->row = pool_try_alloc(work->pool, (size_t)jpeg->output_width * 4 +
						       4 * BITMAP_SLACK);
	jpeg_bits_init(&scan->bits, source->next_input_byte,
		       source->next_input_byte + source->bytes_in_buffer);
	for (unsigned i = 0; i < scan->count; i++)
		if (!component_init(scan, work, i))
			return false;
	return scan->row;
}

static bool restart(struct scan *scan)
{
	if (!scan->jpeg->restart_interval || scan->until_restart--)
		return true;
	scan->until_restart = scan->jpeg->restart_interval - 1;
	for (unsigned i = 0; i < scan->count; i++)
		scan->components[i].predictor = 0;
	return jpeg_bits_end(&scan->bits, RST0 | (scan->restarts++ & 7));
}

static bool read_block(struct jpeg_bits *bits, struct component *component,
		       uint8_t *out)
{
	int16_t block[64];
	unsigned used;

	for (unsigned v = 0; v < component->rows; v++)
		memset(block + (size_t)v * 8, 0, 8 * sizeof(*block));
	used = jpeg_block_decode(block, bits, &component->coder,
				 &component->predictor);
	if (used)
		jpeg_inverse_dct(out, component->stride, block,
				 component->columns, component->rows, used);
	return used;
}

static bool read_mcu(struct scan *scan, uint32_t x)
{
	if (!restart(scan))
		return false;
	for (unsigned i = 0; i < scan->count; i++) {
		struct component *c = &scan->components[i];
		uint8_t *out = c->samples + (size_t)x * c->across * c->columns;

		for (unsigned v = 0; v < c->down; v++)
			for (unsigned h = 0; h < c->across; h++)
				if (!read_block(&scan->bits, c,
						out + v * c->rows * c->stride +
							(size_t)h * c->columns))
					return false;
	}
	return true;
}

/* JFIF 1.02: converts brightness and two colour differences, with 16 bits of
   fraction. Factors above a half are split, and the whole part is added
   separately. */
enum {
	RED_CR = 26345,    /* 1.402 - 1 */
	GREEN_CB = -22554, /* -0.344136 */
	GREEN_CR = 18734,  /* 1 - 0.714136 */
	BLUE_CB = -14942,  /* 1.772 - 2 */
	HALF = 1 << 15
};

#ifdef __SSE2__
/* Returns eight rounded sums of products of pairs. */
static __m128i weigh(__m128i low, __m128i high, int cb, int cr)
{
	const __m128i factors =
		_mm_set1_epi32((int)((uint32_t)cr << 16 | (uint16_t)cb));
	const __m128i half = _mm_set1_epi32(HALF);

	low = _mm_add_epi32(_mm_madd_epi16(low, factors), half);
	high = _mm_add_epi32(_mm_madd_epi16(high, factors), half);
	return _mm_packs_epi32(_mm_srai_epi32(low, 16),
			       _mm_srai_epi32(high, 16));
}

static __m128i load_8(const uint8_t *in)
{
	return _mm_unpacklo_epi8(_mm_loadl_epi64((const void *)in),
				 _mm_setzero_si128());
}

static void put_8(uint8_t *out, __m128i red, __m128i green, __m128i blue)
{
	const __m128i rg = _mm_unpacklo_epi8(_mm_packus_epi16(red, red),
					     _mm_packus_epi16(green, green));
	const __m128i ba = _mm_unpacklo_epi8(_mm_packus_epi16(blue, blue),
					     _mm_set1_epi8(-1));

	_mm_storeu_si128((void *)out, _mm_unpacklo_epi16(rg, ba));
	_mm_storeu_si128((void *)(out + 16), _mm_unpackhi_epi16(rg, ba));
}

/* The last step may read and write the slack. */
static void convert_row(uint8_t *out, const uint8_t *y, const uint8_t *cb,
			const uint8_t *cr, uint32_t count)
{
	const __m128i middle = _mm_set1_epi16(128);

	for (uint32_t i = 0; i < count; i += 8) {
		const __m128i grey = load_8(y + i);
		const __m128i b = _mm_sub_epi16(load_8(cb + i), middle);
		const __m128i r = _mm_sub_epi16(load_8(cr + i), middle);
		const __m128i low = _mm_unpacklo_epi16(b, r);
		const __m128i high = _mm_unpackhi_epi16(b, r);
		const __m128i red = _mm_add_epi16(_mm_add_epi16(grey, r),
						  weigh(low, high, 0, RED_CR));
		const __m128i green =
			_mm_add_epi16(_mm_sub_epi16(grey, r),
				      weigh(low, high, GREEN_CB, GREEN_CR));
		const __m128i blue =
			_mm_add_epi16(_mm_add_epi16(grey, _mm_add_epi16(b, b)),
				      weigh(low, high, BLUE_CB, 0));

		put_8(out + (size_t)i * 4, red, green, blue);
	}
}
#else
static void convert_row(uint8_t *out, const uint8_t *y, const uint8_t *cb,
			const uint8_t *cr, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++, out += 4) {
		const int32_t b = cb[i] - 128, r = cr[i] - 128;

		out[0] = jpeg_clamp(y[i] + r + ((r * RED_CR + HALF) >> 16));
		out[1] = jpeg_clamp(
			y[i] - r +
			((b * GREEN_CB + r * GREEN_CR + HALF) >> 16));
		out[2] =
			jpeg_clamp(y[i] + 2 * b + ((b * BLUE_CB + HALF) >> 16));
		out[3] = 255;
	}
}
#endif

static void spread_gray(uint8_t *out, const uint8_t *in, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++, out += 4) {
		out[0] = out[1] = out[2] = in[i];
		out[3] = 255;
	}
}

static bool put_pixels(struct scan *scan)
{
	struct component *c = scan->components;
	const uint32_t width = scan->jpeg->output_width;

	for (size_t y = 0; y < c->down * c->rows && c->rows_left; y++) {
		if (scan->count == 1)
			spread_gray(scan->row, c->samples + y * c->stride,
				    width);
		else
			convert_row(scan->row, c[0].samples + y * c[0].stride,
				    c[1].samples + y * c[1].stride,
				    c[2].samples + y * c[2].stride, width);
		c->rows_left--;
		if (!scan->sink->row(scan->sink->arg, scan->row))
			return false;
	}
	return true;
}

static bool put_plane(struct scan *scan, unsigned plane)
{
	struct component *c = &scan->components[plane];

	for (size_t y = 0; y < c->down * c->rows && c->rows_left; y++) {
		c->rows_left--;
		if (!scan->sink->plane_row(scan->sink->arg, plane,
					   c->samples + y * c->stride))
			return false;
	}
	return true;
}

static bool put_rows(struct scan *scan)
{
	if (!scan->as_planes)
		return put_pixels(scan);
	for (unsigned i = 0; i < scan->count; i++)
		if (!put_plane(scan, i))
			return false;
	return true;
}

enum jpeg_scan_result jpeg_scan_read(struct work *work,
				     const struct jpeg_decompress_struct *jpeg,
				     const struct row_sink *sink,
				     bool as_planes)
{
	struct scan *scan = pool_alloc(work->pool, sizeof(*scan));

	*scan = (struct scan){ .jpeg = jpeg,
			       .sink = sink,
			       .as_planes = as_planes };
	if (!scan_init(scan, work))
		return JPEG_SCAN_IRREGULAR;
	for (uint32_t y = 0; y < scan->mcu_rows; y++) {
		for (uint32_t x = 0; x < scan->mcus_per_row; x++)
			if (!read_mcu(scan, x))
				return JPEG_SCAN_IRREGULAR;
		if (!put_rows(scan))
			return JPEG_SCAN_FAILED;
	}
	return jpeg_bits_end(&scan->bits, JPEG_EOI) ? JPEG_SCAN_DONE
						    : JPEG_SCAN_IRREGULAR;
}
