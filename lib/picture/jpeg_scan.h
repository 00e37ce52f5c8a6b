#ifndef LIB_PICTURE_JPEG_SCAN_H
#define LIB_PICTURE_JPEG_SCAN_H

#include <stdbool.h>
#include <stdio.h>

#include <jpeglib.h>

#include "lib/base/work.h"
#include "lib/picture/row_sink.h"

enum jpeg_scan_result {
	JPEG_SCAN_DONE,
	/* The sink failed the work. */
	JPEG_SCAN_FAILED,
	/* This file does not support the scan, or the scan is damaged: libjpeg
	   must decode the picture from the start, to the same sink. */
	JPEG_SCAN_IRREGULAR
};

/* Whether jpeg_scan_read() supports the picture, whose header was read and
   whose scale_num and scale_denom reduce it to 1/8, 1/4 or 1/2: gray or YCbCr,
   Huffman-coded, sequential, in one scan. */
bool jpeg_scan_suits(const struct jpeg_decompress_struct *jpeg);

/* Describes the planes of such a picture in YCbCr. The differences of colours
   are reduced to about half the sides of the brightness. */
void jpeg_scan_planes(struct row_plane planes[ROW_PLANES],
		      const struct jpeg_decompress_struct *jpeg);

/* Decodes the scan that begins at the source's next byte, to rows of pixels or
   of planes. Call the sink's begin() before. About twice as fast as
   libjpeg-turbo 2.1, which also decodes coefficients that the reduced picture
   does not need. */
enum jpeg_scan_result jpeg_scan_read(struct work *work,
				     const struct jpeg_decompress_struct *jpeg,
				     const struct row_sink *sink,
				     bool as_planes) MUST_CHECK;

#endif
