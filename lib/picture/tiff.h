#ifndef LIB_PICTURE_TIFF_H
#define LIB_PICTURE_TIFF_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/work.h"
#include "lib/picture/bytes.h"

/* The structure of a TIFF (TIFF 6.0 section 2) or BigTIFF: pages, each a
   directory of entries. An offset in bytes identifies a page or an entry. Every
   offset is checked. The bytes belong to the caller. */
struct tiff {
	struct bytes bytes;
	bool little, big;
};

enum tiff_tag {
	TIFF_SUBFILE = 254,
	TIFF_OLD_SUBFILE = 255,
	TIFF_WIDTH = 256,
	TIFF_HEIGHT = 257,
	TIFF_BITS = 258,
	TIFF_COMPRESSION = 259,
	TIFF_PHOTOMETRIC = 262,
	TIFF_FILL_ORDER = 266,
	TIFF_MAKE = 271,
	TIFF_MODEL = 272,
	TIFF_STRIP_OFFSETS = 273,
	TIFF_ORIENTATION = 274,
	TIFF_SAMPLES = 277,
	TIFF_ROWS_PER_STRIP = 278,
	TIFF_STRIP_BYTES = 279,
	TIFF_PLANES = 284,
	TIFF_FAX3 = 292,
	TIFF_FAX4 = 293,
	TIFF_ARTIST = 315,
	TIFF_PREDICTOR = 317,
	TIFF_PALETTE = 320,
	TIFF_TILE_WIDTH = 322,
	TIFF_TILE_HEIGHT = 323,
	TIFF_TILE_OFFSETS = 324,
	TIFF_TILE_BYTES = 325,
	TIFF_SUB_PAGES = 330,
	TIFF_INKS = 332,
	TIFF_EXTRA_SAMPLES = 338,
	TIFF_SAMPLE_FORMAT = 339,
	TIFF_FLOAT_MIN = 340,
	TIFF_FLOAT_MAX = 341,
	TIFF_JPEG_TABLES = 347,
	TIFF_JPEG_FIRST = 512, /* up to JPEG_LAST: JPEG as in TIFF 6.0 */
	TIFF_JPEG_OFFSET = 513,
	TIFF_JPEG_BYTES = 514,
	TIFF_JPEG_LAST = 521,
	TIFF_YCBCR_FACTORS = 529,
	TIFF_YCBCR_SUBSAMPLING = 530,
	TIFF_YCBCR_POSITION = 531,
	TIFF_REFERENCE_BLACK = 532,
	TIFF_XMP = 700,
	TIFF_COPYRIGHT = 33432,
	TIFF_IPTC = 33723,
	TIFF_EXIF = 34665,
	TIFF_ICC_PROFILE = 34675,
	TIFF_GPS = 34853,
	TIFF_DATE_TIME_ORIGINAL = 36867,
	TIFF_OFFSET_TIME_ORIGINAL = 36881,
	TIFF_INTEROPERABILITY = 40965,
	TIFF_LERC = 50674,
	TIFF_DNG_VERSION = 50706
};

enum tiff_photometric {
	TIFF_WHITE_IS_0 = 0,
	TIFF_BLACK_IS_0 = 1,
	TIFF_RGB = 2,
	TIFF_INDEXED = 3,
	TIFF_MASK = 4,
	TIFF_CMYK = 5,
	TIFF_YCBCR = 6,
	TIFF_CIE_LAB = 8,
	TIFF_ICC_LAB = 9,
	TIFF_ITU_LAB = 10,
	TIFF_CFA = 32803,
	TIFF_LOG_L = 32844,
	TIFF_LOG_LUV = 32845,
	TIFF_LINEAR_RAW = 34892
};

/* ERR_CORRUPT_IMAGE when the header is damaged. */
bool tiff_open(struct tiff *tiff, struct work *work,
	       struct bytes bytes) MUST_CHECK;

/* Returns the page to show and the number of pages: the first page that is
   neither a reduced copy nor a mask of another (TIFF 6.0, NewSubfileType). 0
   pages if the first has no directory inside the file. */
uint64_t tiff_main_page(const struct tiff *tiff, uint32_t *pages);

/* Return the first page, and the next page; 0 if there is none. */
uint64_t tiff_first_page(const struct tiff *tiff);
uint64_t tiff_next_page(const struct tiff *tiff, uint64_t page);

/* The entries of a page are consecutive, tiff_entry_size() bytes apart. The
   count is 0 if they exceed the file. */
uint64_t tiff_count_entries(const struct tiff *tiff, uint64_t page);
uint64_t tiff_first_entry(const struct tiff *tiff, uint64_t page);
unsigned tiff_entry_size(const struct tiff *tiff);

/* Return the tag of the entry at an offset, its declared number of values, and
   one of them or the first, if that is an integer inside the file. */
unsigned tiff_tag(const struct tiff *tiff, uint64_t entry);
uint64_t tiff_count_values(const struct tiff *tiff, uint64_t entry);
bool tiff_value_at(const struct tiff *tiff, uint64_t entry, uint64_t index,
		   uint64_t *value) MUST_CHECK;
bool tiff_value(const struct tiff *tiff, uint64_t entry,
		uint64_t *value) MUST_CHECK;

/* Whether all values of the entry are inside the file, and where. */
bool tiff_holds_values(const struct tiff *tiff, uint64_t entry);
bool tiff_find_values(const struct tiff *tiff, uint64_t entry, uint64_t *at,
		      uint64_t *len) MUST_CHECK;

/* Returns a page's first entry with this tag, or 0. */
uint64_t tiff_find_entry(const struct tiff *tiff, uint64_t page,
			 enum tiff_tag tag);

/* Returns the values of that entry as they are in the file; none if there is no
   such entry or if they are not inside the file. */
struct bytes tiff_find_bytes(const struct tiff *tiff, uint64_t page,
			     enum tiff_tag tag);

/* Returns the first value of that entry, else `absent`. */
uint64_t tiff_find(const struct tiff *tiff, uint64_t page, enum tiff_tag tag,
		   uint64_t absent);

/* Whether pixels with this many samples have transparency, where `extra` is the
   type of the first extra sample (TIFF 6.0, ExtraSamples): only the values 1
   and 2 mean alpha. */
bool tiff_has_alpha(uint64_t photometric, uint64_t samples, uint64_t extra);

#endif
