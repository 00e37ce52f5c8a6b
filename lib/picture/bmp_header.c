/* bmp_header.c: reads the header of a BMP of Windows or OS/2. */
#include "config.h"

#include "lib/picture/bmp_header.h"

#include <stdio.h>
#include <string.h>

enum {
	FILE_HEADER_SIZE = 14,
	CORE_SIZE = 12, /* OS/2 1.x: 16-bit sizes */
	OS2_MIN_SIZE = 16,
	INFO_SIZE = 40,
	V2_SIZE = 52, /* also has the masks of the colours */
	V3_SIZE = 56, /* also has the mask of transparency */
	OS2_SIZE = 64,
	V5_SIZE = 124,
	MASK_SIZE = 4,
	MASKS_SIZE = BMP_CHANNELS * MASK_SIZE,
	RLE_RATIO = 254
};

struct reading {
	struct bmp_header *header;
	struct work *work;
	struct bytes bytes;
	uint32_t size; /* of the header after the file header */
	uint8_t fields[V5_SIZE +
		       MASKS_SIZE]; /* 0 if the file does not have them */
	unsigned planes;
	uint32_t compression;
	uint32_t stated_colours;
	int64_t width, height; /* negative height: rows go down */
};

/* The allowed bits a pixel of each compression, as a bit set. */
static const uint64_t depths[BMP_COMPRESSION__COUNT] = {
	[BMP_RAW] = 1 << 1 | 1 << 4 | 1 << 8 | 1 << 16 | 1 << 24 | 1ull << 32,
	[BMP_RLE8] = 1 << 8,
	[BMP_RLE4] = 1 << 4,
	[BMP_BIT_FIELDS] = 1 << 16 | 1ull << 32,
	[BMP_ALPHA_BIT_FIELDS] = 1 << 16 | 1ull << 32,
};

static bool has_set(uint64_t set, unsigned bit)
{
	return bit < 64 && (set >> bit & 1);
}

static bool is_windows(uint32_t size)
{
	return size == INFO_SIZE || size == V2_SIZE || size == V3_SIZE ||
	       size > OS2_SIZE;
}

static bool has_bit_fields(const struct bmp_header *header)
{
	return header->compression == BMP_BIT_FIELDS ||
	       header->compression == BMP_ALPHA_BIT_FIELDS;
}

/* A palette BMP has at most `1 << bits` colours. */
static bool has_palette(const struct bmp_header *header)
{
	return header->bits <= 8;
}

static bool find_header(struct reading *r)
{
	const struct bytes bytes = r->bytes;

	if (bytes.len < FILE_HEADER_SIZE + 4)
		return fail(r->work, ERR_CORRUPT_IMAGE,
			    "expected a BMP of at least %d bytes, found %zu; "
			    "upload the whole file",
			    FILE_HEADER_SIZE + 4, bytes.len);
	if (memcmp(bytes.data, "BM", 2))
		return fail(r->work, ERR_CORRUPT_IMAGE,
			    "expected a BMP, found bytes %02x %02x",
			    bytes.data[0], bytes.data[1]);
	r->size = le32(bytes.data + FILE_HEADER_SIZE);
	if (r->size != CORE_SIZE &&
	    (r->size < OS2_MIN_SIZE || r->size > V5_SIZE))
		return fail(r->work, ERR_UNSUPPORTED_FORMAT,
			    "expected a BMP header of 12 or 16 to 124 bytes, "
			    "found one of %u; save the picture again",
			    r->size);
	if (!bytes_hold(bytes, FILE_HEADER_SIZE, r->size))
		return fail(r->work, ERR_CORRUPT_IMAGE,
			    "expected a BMP with a header of %u bytes, found a "
			    "file of %zu; upload the whole file",
			    r->size, bytes.len);
	return true;
}

/* A header may lack its last fields. A Windows header may be followed by
   masks. */
static void copy_fields(struct reading *r)
{
	size_t count = r->bytes.len - FILE_HEADER_SIZE;

	if (!is_windows(r->size))
		count = r->size;
	else if (count > r->size + MASKS_SIZE)
		count = r->size + MASKS_SIZE;
	memcpy(r->fields, r->bytes.data + FILE_HEADER_SIZE, count);
}

static void read_core(struct reading *r)
{
	r->width = le16(r->fields + 4);
	r->height = le16(r->fields + 6);
	r->planes = le16(r->fields + 8);
	r->header->bits = le16(r->fields + 10);
}

static void read_info(struct reading *r)
{
	r->width = (int32_t)le32(r->fields + 4);
	r->height = (int32_t)le32(r->fields + 8);
	r->planes = le16(r->fields + 12);
	r->header->bits = le16(r->fields + 14);
	r->compression = le32(r->fields + 16);
	r->stated_colours = le32(r->fields + 32);
}

static bool set_size(const struct reading *r)
{
	struct bmp_header *header = r->header;

	if (r->width < 1 || !r->height || r->height == INT32_MIN)
		return fail(r->work, ERR_CORRUPT_IMAGE,
			    "expected a BMP of at least one pixel, found "
			    "%lldx%lld; save the picture again",
			    (long long)r->width, (long long)r->height);
	if (r->height < 0 && bmp_is_rle(header))
		return fail(r->work, ERR_CORRUPT_IMAGE,
			    "expected the rows of an RLE BMP to go up, found "
			    "the height %lld; save the picture again",
			    (long long)r->height);
	header->width = (uint32_t)r->width;
	header->top_down = r->height < 0;
	header->height = (uint32_t)(r->height < 0 ? -r->height : r->height);
	header->row_size =
		((uint64_t)header->width * header->bits + 31) / 32 * 4;
	return true;
}

/* Numbers of compressions that the decoder does not support. */
enum {
	OS2_HUFFMAN = 3,
	JPEG_INSIDE = 4, /* in Windows; in OS/2: RLE24 */
	PNG_INSIDE = 5,
	CMYK = 11,
	CMYK_RLE8 = 12,
	CMYK_RLE4 = 13
};

static bool is_os2(const struct reading *r)
{
	return r->size != CORE_SIZE && !is_windows(r->size);
}

/* Returns the name of a known coding that the decoder does not support; else
   NULL. */
static const char *unread_coding(const struct reading *r)
{
	const unsigned bits = r->header->bits;

	switch (r->compression) {
	case BMP_RAW:
		if (bits == 2)
			return "2 bits a pixel";
		return bits == 64 ? "64 bits a pixel" : NULL;
	case OS2_HUFFMAN:
		return is_os2(r) || bits == 1 ? "OS/2 Huffman coding" : NULL;
	case JPEG_INSIDE:
		return is_os2(r) ? "OS/2 RLE24" : "a JPEG picture inside";
	case PNG_INSIDE:
		return "a PNG picture inside";
	case CMYK:
	case CMYK_RLE8:
	case CMYK_RLE4:
		return "CMYK";
	default:
		return NULL;
	}
}

static bool fail_coding(const struct reading *r, const char *found)
{
	return fail(r->work, ERR_UNSUPPORTED_FORMAT,
		    "expected a BMP of 1, 4, 8, 16, 24 or 32 bits a pixel, "
		    "uncompressed, RLE4, RLE8 or with bit fields; found %s: "
		    "save the picture as PNG",
		    found);
}

static bool check_coding(struct reading *r)
{
	const unsigned bits = r->header->bits;
	const char *unread = unread_coding(r);
	char found[64];

	if (unread)
		return fail_coding(r, unread);
	if (r->planes != 1 || !bits || bits > 64 ||
	    (r->compression == BMP_RAW && !has_set(depths[BMP_RAW], bits)))
		return fail(r->work, ERR_CORRUPT_IMAGE,
			    "expected a BMP of 1 plane with 1 to 64 bits a "
			    "pixel, found %u with %u; save the picture again",
			    r->planes, bits);
	if (r->compression < BMP_COMPRESSION__COUNT &&
	    has_set(depths[r->compression], bits)) {
		r->header->compression = (enum bmp_compression)r->compression;
		return true;
	}
	snprintf(found, sizeof(found), "compression %u of %u bits a pixel",
		 r->compression, bits);
	return fail_coding(r, found);
}

/* Masks follow a header of 40 bytes; later headers contain them. */
static uint32_t masks_end(const struct reading *r)
{
	uint32_t end = V2_SIZE;

	if (!has_bit_fields(r->header))
		return r->size;
	if (r->header->compression == BMP_ALPHA_BIT_FIELDS)
		end = V3_SIZE;
	return end > r->size ? end : r->size;
}

static void set_default_masks(struct bmp_header *header)
{
	const unsigned width = header->bits == 16 ? 5 : 8;
	const uint32_t mask = (1u << width) - 1;

	header->masks[BMP_RED] = mask << 2 * width;
	header->masks[BMP_GREEN] = mask << width;
	header->masks[BMP_BLUE] = mask;
}

static void read_masks(struct reading *r)
{
	struct bmp_header *header = r->header;
	const uint32_t end = masks_end(r);

	if (!has_bit_fields(header)) {
		set_default_masks(header);
		/* Windows documents no masks here, but with this compression,
		   writers of 32 bits mean that there is transparency. */
		if (header->bits == 32 && is_windows(r->size) &&
		    r->size >= V3_SIZE && le32(r->fields + V2_SIZE))
			header->masks[BMP_ALPHA] = 0xff000000;
		return;
	}
	for (unsigned i = 0; i < BMP_CHANNELS; i++)
		if (INFO_SIZE + (i + 1) * MASK_SIZE <= end)
			header->masks[i] =
				le32(r->fields + INFO_SIZE + i * MASK_SIZE);
	if (header->bits == 16)
		for (unsigned i = 0; i < BMP_CHANNELS; i++)
			header->masks[i] &= 0xffff;
}

/* Returns the least bytes that the pixels need. A small file cannot have a
   large picture; this check saves the decoder the memory. */
static uint64_t needed_bytes(const struct bmp_header *header)
{
	if (bmp_is_rle(header))
		return (uint64_t)header->width * header->height / RLE_RATIO + 1;
	return header->row_size * (header->height - 1) +
	       ((uint64_t)header->width * header->bits + 7) / 8;
}

/*
 * Returns the offset of the pixels. If the header gives none, or one inside the
 * header, the pixels follow the palette. A true-colour BMP has a palette only
 * for old displays, and some files do not contain it although the header gives
 * its size.
 */
static uint64_t find_pixels(const struct reading *r, uint32_t most_colours)
{
	const struct bmp_header *header = r->header;
	const uint32_t stated = le32(r->bytes.data + 10);
	const uint32_t entry = header->entry_size;
	const uint64_t behind_stated =
		header->palette_at + (uint64_t)(r->stated_colours
							? r->stated_colours
							: most_colours) *
					     entry;

	if (stated >= header->palette_at + (has_palette(header) ? entry : 0))
		return stated;
	if (bytes_hold(r->bytes, behind_stated, needed_bytes(header)))
		return behind_stated;
	return header->palette_at + most_colours * entry;
}

static void find_palette(struct reading *r)
{
	struct bmp_header *header = r->header;
	uint32_t most = has_palette(header) ? 1u << header->bits : 0;
	uint64_t room;

	if (r->stated_colours && r->stated_colours < most)
		most = r->stated_colours;
	header->entry_size = r->size == CORE_SIZE ? 3 : 4;
	header->palette_at = FILE_HEADER_SIZE + masks_end(r);
	header->pixels_at = find_pixels(r, most);
	room = (header->pixels_at - header->palette_at) / header->entry_size;
	header->colours = most < room ? most : (uint32_t)room;
}

static bool check_length(const struct reading *r)
{
	const uint64_t needed = needed_bytes(r->header);

	if (bytes_hold(r->bytes, r->header->pixels_at, needed))
		return true;
	return fail(r->work, ERR_CORRUPT_IMAGE,
		    "expected a BMP with %llu bytes of pixels from byte %llu, "
		    "found a file of %zu; upload the whole file",
		    (unsigned long long)needed,
		    (unsigned long long)r->header->pixels_at, r->bytes.len);
}

static bool row_has_alpha(const struct bmp_header *header, const uint8_t *row)
{
	const uint32_t mask = header->masks[BMP_ALPHA];

	for (uint32_t x = 0; x < header->width; x++, row += header->bits / 8)
		if ((header->bits == 16 ? le16(row) : le32(row)) & mask)
			return true;
	return false;
}

/* Many programs, and the clipboard, write an alpha channel of 0 in opaque
   pictures. So alpha that is 0 in every pixel is ignored: no program saves an
   invisible picture. */
static bool has_alpha(const struct reading *r)
{
	const struct bmp_header *header = r->header;

	for (uint32_t i = 0; header->masks[BMP_ALPHA] && i < header->height;
	     i++)
		if (row_has_alpha(header, bmp_row(header, r->bytes, i)))
			return true;
	return false;
}

bool bmp_header_read(struct bmp_header *header, struct work *work,
		     struct bytes bytes)
{
	struct bmp_header found = { 0 };
	struct reading r = { .header = &found, .work = work, .bytes = bytes };

	if (!find_header(&r))
		return false;
	copy_fields(&r);
	if (r.size == CORE_SIZE)
		read_core(&r);
	else
		read_info(&r);
	if (!check_coding(&r) || !set_size(&r))
		return false;
	read_masks(&r);
	find_palette(&r);
	if (!check_length(&r))
		return false;
	if (!has_alpha(&r))
		found.masks[BMP_ALPHA] = 0;
	*header = found;
	return true;
}

/* The profile's offset counts from the header after the file header. */
struct bytes bmp_embedded_profile(struct bytes file)
{
	enum {
		FILE_HEADER = 14,
		V5 = 124,
		COLOUR_SPACE_AT = 56,
		PROFILE_AT = 112,
		PROFILE_SIZE_AT = 116,
		/* the size of an ICC header without tags; larger ones are for
		   printers */
		LEAST = 128,
		MOST = 4 << 20
	};
	const uint8_t *header = file.data + FILE_HEADER;
	const struct bytes none = { NULL, 0 };
	uint64_t at;
	uint32_t size;

	if (le32(header) < V5 || le32(header + COLOUR_SPACE_AT) != BMP_EMBEDDED)
		return none;
	at = (uint64_t)FILE_HEADER + le32(header + PROFILE_AT);
	size = le32(header + PROFILE_SIZE_AT);
	if (size < LEAST || size > MOST || !bytes_hold(file, at, size))
		return none;
	return (struct bytes){ file.data + at, size };
}
