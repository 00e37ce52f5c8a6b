/* metadata_write.c: writes copyright and creator into finished files. */
#include "config.h"

#include "lib/picture/metadata_write.h"

#include <string.h>

#include "lib/base/pool.h"
#include "lib/base/text.h"
#include "lib/base/work.h"
#include "lib/picture/jpeg_marker.h"
#include "lib/picture/png_chunk.h"
#include "lib/picture/png_exif.h"
#include "lib/picture/probe.h"
#include "lib/picture/tiff.h"
#include "lib/picture/webp_chunk.h"

/* TIFF 6.0 section 2: the header, a directory of two entries, and their texts,
   each with a NUL and at an even offset. */
enum {
	ENTRIES_AT = 10,
	ENTRY_SIZE = 12,
	NEXT_SIZE = 4,
	INLINE_SIZE = 4,
	TYPE_ASCII = 2,
	TEXT_SIZE = METADATA_TEXT_MAX + 2,
	EXIF_MAX = ENTRIES_AT + 2 * (ENTRY_SIZE + TEXT_SIZE) + NEXT_SIZE,
};

static const char app1_signature[6] = "Exif\0";

enum {
	APP1_HEADER_SIZE = 4 + sizeof(app1_signature),
	WEBP_HEAD_SIZE =
		WEBP_HEADER_SIZE + WEBP_CHUNK_HEADER_SIZE + WEBP_VP8X_SIZE,
};
_Static_assert(EXIF_MAX + WEBP_HEAD_SIZE - WEBP_HEADER_SIZE +
			       WEBP_CHUNK_HEADER_SIZE <=
		       METADATA_WRITE_MAX,
	       "WebP needs the most bytes");

struct exif {
	uint8_t *bytes; /* zeroed */
	size_t len, count;
};

static void add_text(struct exif *exif, enum tiff_tag tag, const char *text)
{
	uint8_t *entry = exif->bytes + ENTRIES_AT + exif->count * ENTRY_SIZE;
	uint8_t *value = entry + 8;
	size_t len;

	if (!text)
		return;
	len = text_cut(text, METADATA_TEXT_MAX);
	put_le16(entry, tag);
	put_le16(entry + 2, TYPE_ASCII);
	put_le32(entry + 4, (uint32_t)len + 1);
	if (len + 1 > INLINE_SIZE) {
		put_le32(value, (uint32_t)exif->len);
		value = exif->bytes + exif->len;
		exif->len += (len + 2) & ~(size_t)1;
	}
	memcpy(value, text, len);
	exif->count++;
}

/* Tags are in ascending order. */
static struct bytes make_exif(struct pool *pool,
			      const struct metadata *metadata)
{
	const size_t count = !!metadata->creator + !!metadata->copyright;
	struct exif exif = {
		.bytes = pool_alloc(pool, EXIF_MAX),
		.len = ENTRIES_AT + count * ENTRY_SIZE + NEXT_SIZE,
	};

	memcpy(exif.bytes, "II*", 3);
	put_le32(exif.bytes + 4, ENTRIES_AT - 2);
	put_le16(exif.bytes + ENTRIES_AT - 2, (uint32_t)count);
	add_text(&exif, TIFF_ARTIST, metadata->creator);
	add_text(&exif, TIFF_COPYRIGHT, metadata->copyright);
	return (struct bytes){ exif.bytes, exif.len };
}

static void insert(struct metadata_file *file, struct bytes bytes, size_t at,
		   struct bytes block)
{
	*file = (struct metadata_file){
		.pieces = { { bytes.data, at },
			    block,
			    { bytes.data + at, bytes.len - at } },
		.count = 3,
	};
}

/* Returns where JFIF ends, or SOI if there is none; 0 if the file has APP1, or
   other bytes than segments before its first scan. */
static size_t find_place_in_jpeg(struct bytes bytes)
{
	size_t offset = 2, from = 2, place = 2;
	struct bytes segment;
	uint8_t marker;

	if (!bytes_match(bytes, 0, "\xff\xd8", 2))
		return 0;
	while (jpeg_marker_next(bytes, &offset, &marker) &&
	       offset == from + 2) {
		if (marker == MARKER_SOS)
			return place;
		if (marker == MARKER_APP1 || jpeg_marker_is_alone(marker) ||
		    !jpeg_marker_segment(bytes, &offset, &segment))
			return 0;
		if (marker == MARKER_APP0 && from == 2)
			place = offset;
		from = offset;
	}
	return 0;
}

static void write_jpeg(struct metadata_file *file, struct pool *pool,
		       struct bytes bytes, struct bytes exif)
{
	const size_t place = find_place_in_jpeg(bytes);
	const size_t len = APP1_HEADER_SIZE + exif.len;
	uint8_t *block;

	if (!place)
		return;
	block = pool_alloc(pool, len);
	put_be32(block, 0xffe10000 | (uint32_t)(len - 2));
	memcpy(block + 4, app1_signature, sizeof(app1_signature));
	memcpy(block + APP1_HEADER_SIZE, exif.data, exif.len);
	insert(file, bytes, place, (struct bytes){ block, len });
}

/* Returns where the header ends; 0 if it or IEND is missing, or if the file has
   EXIF. */
static size_t find_place_in_png(struct bytes bytes)
{
	enum { HEADER_SIZE = 13 };
	size_t place, offset = PNG_CHUNK_FIRST;
	struct png_chunk chunk;

	if (!bytes_match(bytes, 0, "\x89PNG\r\n\x1a\n", PNG_CHUNK_FIRST) ||
	    !png_chunk_next(bytes, &offset, &chunk) ||
	    !png_chunk_is(&chunk, "IHDR") || chunk.data.len != HEADER_SIZE)
		return 0;
	place = offset;
	while (png_chunk_next(bytes, &offset, &chunk) &&
	       !png_chunk_is(&chunk, "eXIf"))
		if (png_chunk_is(&chunk, "IEND"))
			return place;
	return 0;
}

static void write_png(struct metadata_file *file, struct pool *pool,
		      struct bytes bytes, struct bytes exif)
{
	const size_t place = find_place_in_png(bytes);

	if (place)
		insert(file, bytes, place, png_exif_chunk(pool, exif));
}

static bool has_no_metadata(const struct webp_chunk *chunk, bool first)
{
	static const char *const types[] = { "VP8 ", "VP8L", "ALPH",
					     "ICCP", "ANIM", "ANMF" };

	if (webp_chunk_is(chunk, "VP8X"))
		return first && chunk->data.len == WEBP_VP8X_SIZE;
	for (size_t i = 0; i < ARRAY_LEN(types); i++)
		if (webp_chunk_is(chunk, types[i]))
			return true;
	return false;
}

/* Whether the file is exactly its chunks, and each has a known type that is no
   metadata. */
static bool is_bare_webp(struct bytes bytes)
{
	size_t offset = WEBP_HEADER_SIZE;
	struct webp_chunk chunk;

	if (!bytes_match(bytes, 0, "RIFF????WEBP", WEBP_HEADER_SIZE) ||
	    bytes.len > INT32_MAX || bytes.len % 2 ||
	    le32(bytes.data + 4) + WEBP_CHUNK_HEADER_SIZE != bytes.len)
		return false;
	for (bool first = true; webp_chunk_next(&chunk, bytes, &offset);
	     first = false)
		if (!has_no_metadata(&chunk, first))
			return false;
	return offset == bytes.len;
}

/* A simple file, which has no VP8X, has sides of 14 bits. */
static void describe_simple(uint8_t *canvas, const struct probe *probe)
{
	canvas[0] = probe->alpha ? WEBP_VP8X_ALPHA : 0;
	put_le16(canvas + 4, probe->width - 1);
	put_le16(canvas + 7, probe->height - 1);
}

static void begin_webp(uint8_t *head, struct bytes bytes,
		       const struct probe *probe, bool extended)
{
	uint8_t *chunk = head + WEBP_HEADER_SIZE;
	uint8_t *canvas = chunk + WEBP_CHUNK_HEADER_SIZE;

	memcpy(head, bytes.data, extended ? WEBP_HEAD_SIZE : WEBP_HEADER_SIZE);
	if (!extended) {
		memcpy(chunk, "VP8X", 4);
		put_le32(chunk + 4, WEBP_VP8X_SIZE);
		describe_simple(canvas, probe);
	}
	canvas[0] |= WEBP_VP8X_EXIF;
}

static void write_webp(struct metadata_file *file, struct pool *pool,
		       struct bytes bytes, struct bytes exif)
{
	const size_t tail_len = WEBP_CHUNK_HEADER_SIZE + exif.len;
	struct work aside = { .pool = pool };
	struct probe probe;
	uint8_t *head, *tail;
	bool extended;
	size_t from;

	if (!is_bare_webp(bytes) ||
	    !probe_read(&probe, &aside, bytes.data, bytes.len))
		return;
	extended = bytes_match(bytes, WEBP_HEADER_SIZE, "VP8X", 4);
	from = extended ? WEBP_HEAD_SIZE : WEBP_HEADER_SIZE;
	head = pool_alloc(pool, WEBP_HEAD_SIZE);
	tail = pool_alloc(pool, tail_len);
	begin_webp(head, bytes, &probe, extended);
	put_le32(head + 4, (uint32_t)(WEBP_HEAD_SIZE + bytes.len - from +
				      tail_len - WEBP_CHUNK_HEADER_SIZE));
	memcpy(tail, "EXIF", 4);
	put_le32(tail + 4, (uint32_t)exif.len);
	memcpy(tail + WEBP_CHUNK_HEADER_SIZE, exif.data, exif.len);
	*file = (struct metadata_file){
		.pieces = { { head, WEBP_HEAD_SIZE },
			    { bytes.data + from, bytes.len - from },
			    { tail, tail_len } },
		.count = 3,
	};
}

void metadata_write(struct metadata_file *file, struct pool *pool,
		    enum format format, struct bytes bytes,
		    const struct metadata *metadata)
{
	struct bytes exif;

	*file = (struct metadata_file){ { bytes }, 1 };
	if (!metadata->copyright && !metadata->creator)
		return;
	exif = make_exif(pool, metadata);
	if (format == FORMAT_JPEG)
		write_jpeg(file, pool, bytes, exif);
	else if (format == FORMAT_PNG)
		write_png(file, pool, bytes, exif);
	else if (format == FORMAT_WEBP)
		write_webp(file, pool, bytes, exif);
}
