#ifndef LIB_PICTURE_FORMAT_H
#define LIB_PICTURE_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/util.h"

/* The accepted picture formats. Only the first bytes of a file decide its
   format. The numbers are part of signed links and must never change. */
enum format {
	FORMAT_JPEG,
	FORMAT_PNG,
	FORMAT_GIF,
	FORMAT_WEBP,
	FORMAT_TIFF,
	FORMAT_BMP,
	FORMAT__COUNT
};

struct format_row {
	const char *name;       /* name in the API: "jpeg" */
	const char *media_type; /* RFC 6838: "image/jpeg" */
	const char *extension;  /* of file names: "jpg" */
	const char *coder;      /* GraphicsMagick's file-name prefix: "JPEG:" */
	bool in_browsers;       /* browsers show it */
	bool has_alpha;         /* supports transparency */
	bool has_quality;       /* of 1 to 100 */
	unsigned ns_per_pixel;  /* cost of decoding and reducing one pixel */
	unsigned write_ns;      /* cost of encoding one pixel */
	unsigned
		bytes_per_pixel; /* memory of a decoder process for one pixel */
};

const struct format_row *format_row(enum format format);
bool format_by_name(enum format *format, const char *name) MUST_CHECK;

/* Finds the format by the first bytes; 12 bytes are enough. */
bool format_sniff(enum format *format, const uint8_t *bytes,
		  size_t len) MUST_CHECK;

#endif
