/* metadata.c: finds and reads the metadata in a picture's file. */
#include "config.h"

#include "lib/picture/metadata.h"

#include <string.h>

#include "lib/base/work.h"
#include "lib/picture/exif.h"
#include "lib/picture/iptc.h"
#include "lib/picture/jpeg_marker.h"
#include "lib/picture/metadata_text.h"
#include "lib/picture/png_chunk.h"
#include "lib/picture/tiff.h"
#include "lib/picture/webp_chunk.h"
#include "lib/picture/xmp.h"

/* Empty if the file does not have it. */
struct blocks {
	struct bytes exif; /* from the TIFF header */
	struct bytes xmp;
	struct bytes iptc;
};

/* Keeps the first block that begins with the signature; returns whether the
   bytes do. */
static bool keep(struct bytes *block, struct bytes bytes, const char *signature,
		 size_t len)
{
	if (bytes.len < len || memcmp(bytes.data, signature, len) != 0)
		return false;
	if (!block->len)
		*block = (struct bytes){ bytes.data + len, bytes.len - len };
	return true;
}

#define KEEP(block, bytes, signature)                                          \
	keep((block), (bytes), (signature), sizeof(signature) - 1)

/* T.81 B.2.4.6: application segments are before the first scan. */
static void find_in_jpeg(struct blocks *blocks, struct bytes bytes)
{
	struct bytes segment, resources = { 0 };
	size_t offset = 2;
	uint8_t marker;

	while (jpeg_marker_next(bytes, &offset, &marker) &&
	       marker != MARKER_SOS && marker != MARKER_EOI) {
		if (jpeg_marker_is_alone(marker))
			continue;
		if (!jpeg_marker_segment(bytes, &offset, &segment))
			break;
		if (marker == MARKER_APP1 &&
		    !KEEP(&blocks->exif, segment, "Exif\0\0"))
			(void)KEEP(&blocks->xmp, segment,
				   "http://ns.adobe.com/xap/1.0/\0");
		else if (marker == MARKER_APP13)
			(void)KEEP(&resources, segment, "Photoshop 3.0\0");
	}
	blocks->iptc = iptc_in_photoshop(resources);
}

/* W3C PNG 11.3.3.4: language tag and translated keyword, each with a NUL,
   precede the text. ISO 16684-3 forbids to compress XMP, whose two flags are
   0. */
static void find_in_itxt(struct blocks *blocks, struct bytes chunk)
{
	struct bytes rest = { 0 };

	if (!KEEP(&rest, chunk, "XML:com.adobe.xmp\0\0\0") || blocks->xmp.len)
		return;
	for (int i = 0; i < 2 && rest.len; i++) {
		const uint8_t *nul = memchr(rest.data, 0, rest.len);
		const size_t len =
			nul ? (size_t)(nul - rest.data) + 1 : rest.len;

		rest = (struct bytes){ rest.data + len, rest.len - len };
	}
	blocks->xmp = rest;
}

static void find_in_png(struct blocks *blocks, struct bytes bytes)
{
	size_t offset = PNG_CHUNK_FIRST;
	struct png_chunk chunk;

	while (png_chunk_next(bytes, &offset, &chunk) &&
	       !png_chunk_is(&chunk, "IEND")) {
		if (png_chunk_is(&chunk, "eXIf") &&
		    !KEEP(&blocks->exif, chunk.data, "Exif\0\0"))
			(void)KEEP(&blocks->exif, chunk.data, "");
		else if (png_chunk_is(&chunk, "iTXt"))
			find_in_itxt(blocks, chunk.data);
	}
}

static void find_in_webp(struct blocks *blocks, struct bytes bytes)
{
	size_t offset = WEBP_HEADER_SIZE;
	struct webp_chunk chunk;

	while (webp_chunk_next(&chunk, bytes, &offset)) {
		if (webp_chunk_is(&chunk, "EXIF") &&
		    !KEEP(&blocks->exif, chunk.data, "Exif\0\0"))
			(void)KEEP(&blocks->exif, chunk.data, "");
		else if (webp_chunk_is(&chunk, "XMP "))
			(void)KEEP(&blocks->xmp, chunk.data, "");
	}
}

static void read_tiff(struct metadata *metadata, struct blocks *blocks,
		      struct pool *pool, struct bytes bytes)
{
	struct work aside = { .pool = pool };
	struct tiff tiff;
	uint32_t pages;
	uint64_t page;

	if (!tiff_open(&tiff, &aside, bytes))
		return;
	page = tiff_main_page(&tiff, &pages);
	if (!page)
		return;
	blocks->xmp = tiff_find_bytes(&tiff, page, TIFF_XMP);
	blocks->iptc = tiff_find_bytes(&tiff, page, TIFF_IPTC);
	exif_read_page(metadata, pool, &tiff, page);
}

static void read_exif(struct metadata *metadata, struct pool *pool,
		      struct bytes exif)
{
	struct work aside = { .pool = pool };
	struct tiff tiff;
	uint64_t page;

	if (exif.len < 8 ||
	    (memcmp(exif.data, "II*\0", 4) != 0 &&
	     memcmp(exif.data, "MM\0*", 4) != 0) ||
	    !tiff_open(&tiff, &aside, exif))
		return;
	page = tiff_first_page(&tiff);
	if (page)
		exif_read_page(metadata, pool, &tiff, page);
}

void metadata_read(struct metadata *metadata, struct pool *pool,
		   enum format format, struct bytes bytes)
{
	enum { SIGNATURE_MAX = 12 };
	struct blocks blocks = { 0 };

	*metadata = (struct metadata){ 0 };
	if (bytes.len < SIGNATURE_MAX)
		return;
	if (format == FORMAT_JPEG)
		find_in_jpeg(&blocks, bytes);
	else if (format == FORMAT_PNG)
		find_in_png(&blocks, bytes);
	else if (format == FORMAT_WEBP)
		find_in_webp(&blocks, bytes);
	else if (format == FORMAT_TIFF)
		read_tiff(metadata, &blocks, pool, bytes);
	read_exif(metadata, pool, blocks.exif);
	if (!metadata->copyright)
		metadata->copyright = xmp_find(pool, blocks.xmp, "rights");
	if (!metadata->copyright)
		metadata->copyright =
			iptc_find(pool, blocks.iptc, IPTC_COPYRIGHT);
	if (!metadata->creator)
		metadata->creator = xmp_find(pool, blocks.xmp, "creator");
	if (!metadata->creator)
		metadata->creator = iptc_find(pool, blocks.iptc, IPTC_BY_LINE);
}
