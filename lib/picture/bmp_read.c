/* bmp_read.c: decodes BMPs. GraphicsMagick's reader rejects some files with
   rows that go down, and makes channels of few bits too dark. */
#include "config.h"

#include "lib/picture/bmp_read.h"

#include "lib/picture/bmp_header.h"
#include "lib/picture/bmp_profile.h"
#include "lib/picture/bmp_rle.h"
#include "lib/picture/decode.h"

enum { MAX_COLOURS = 256 };

struct channel {
	uint32_t mask;
	unsigned shift;
	double factor; /* scales the maximum of the mask to the maximum of a
			  channel */
};

struct reading {
	Image *image;
	struct work *work;
	struct bmp_header header;
	struct bytes bytes;
	struct channel channels[BMP_CHANNELS];
	PixelPacket colours[MAX_COLOURS];
};

static struct channel channel_of(uint32_t mask)
{
	struct channel channel = { .mask = mask };

	if (mask) {
		channel.shift = (unsigned)__builtin_ctz(mask);
		channel.factor = (double)MaxRGB / (mask >> channel.shift);
	}
	return channel;
}

static Quantum sample(const struct channel *channel, uint32_t pixel)
{
	const uint32_t value = (pixel & channel->mask) >> channel->shift;

	return (Quantum)(value * channel->factor + 0.5);
}

static PixelPacket colour_of(const struct reading *r, uint32_t pixel)
{
	const struct channel *channels = r->channels;
	PixelPacket colour = {
		.red = sample(&channels[BMP_RED], pixel),
		.green = sample(&channels[BMP_GREEN], pixel),
		.blue = sample(&channels[BMP_BLUE], pixel),
		.opacity = OpaqueOpacity,
	};

	if (channels[BMP_ALPHA].mask)
		colour.opacity =
			(Quantum)(MaxRGB - sample(&channels[BMP_ALPHA], pixel));
	return colour;
}

/* Palette entries are blue, green and red, like a pixel of 24 bits. An index
   after the last entry is black. */
static void read_palette(struct reading *r)
{
	const struct bmp_header *header = &r->header;
	const uint8_t *entry = r->bytes.data + header->palette_at;

	for (uint32_t i = 0; i < header->colours; i++)
		r->colours[i] =
			colour_of(r, le24(entry + i * header->entry_size));
}

static void fill_direct(const struct reading *r, PixelPacket *pixels,
			const uint8_t *row)
{
	const uint32_t width = r->header.width;
	const unsigned bits = r->header.bits;

	for (uint32_t x = 0; x < width; x++, row += bits / 8)
		if (bits == 16)
			pixels[x] = colour_of(r, le16(row));
		else if (bits == 24)
			pixels[x] = colour_of(r, le24(row));
		else
			pixels[x] = colour_of(r, le32(row));
}

/* The highest bits of a byte are its first pixel. */
static void fill_indexed(const struct reading *r, PixelPacket *pixels,
			 const uint8_t *row, unsigned bits)
{
	const unsigned each = 8 / bits;
	const unsigned mask = (1u << bits) - 1;

	for (uint32_t x = 0; x < r->header.width; x++) {
		const unsigned shift = 8 - bits * (x % each + 1);

		pixels[x] = r->colours[row[x / each] >> shift & mask];
	}
}

/* `number` counts rows in the order of the file. */
static bool write_row(const struct reading *r, uint32_t number,
		      const uint8_t *row, unsigned bits)
{
	const struct bmp_header *header = &r->header;
	const uint32_t y =
		header->top_down ? number : header->height - 1 - number;
	PixelPacket *pixels =
		SetImagePixels(r->image, 0, (long)y, header->width, 1);

	if (!pixels)
		return decode_fail(r->work, &r->image->exception);
	if (bits > 8)
		fill_direct(r, pixels, row);
	else
		fill_indexed(r, pixels, row, bits);
	return SyncImagePixels(r->image) ||
	       decode_fail(r->work, &r->image->exception);
}

static bool read_raw(const struct reading *r)
{
	const struct bmp_header *header = &r->header;

	for (uint32_t i = 0; i < header->height; i++)
		if (!write_row(r, i, bmp_row(header, r->bytes, i),
			       header->bits))
			return false;
	return true;
}

static bool read_rle(const struct reading *r)
{
	struct bmp_rle rle;

	bmp_rle_init(&rle, r->work, &r->header, r->bytes);
	for (uint32_t i = 0; i < r->header.height; i++)
		if (!bmp_rle_read_row(&rle, r->work) ||
		    !write_row(r, i, rle.indices, 8))
			return false;
	return true;
}

static void keep_profile(struct reading *r)
{
	size_t len = 0;
	const uint8_t *profile = bmp_profile(r->work->pool, &len, r->bytes);

	if (profile)
		(void)SetImageProfile(r->image, "ICM", profile, len);
}

static void new_image(struct reading *r)
{
	Image *image = r->image = AllocateImage(NULL);

	image->columns = r->header.width;
	image->rows = r->header.height;
	image->depth = 8;
	image->matte = r->header.masks[BMP_ALPHA] ? MagickTrue : MagickFalse;
	keep_profile(r);
}

static bool has_size(const struct reading *r, const struct probe *probe)
{
	if (r->header.width == probe->width &&
	    r->header.height == probe->height)
		return true;
	return fail(r->work, ERR_CORRUPT_IMAGE,
		    "expected %ux%u pixels, found a header of %ux%u",
		    probe->width, probe->height, r->header.width,
		    r->header.height);
}

static bool read_pixels(struct reading *r)
{
	for (int i = 0; i < BMP_CHANNELS; i++)
		r->channels[i] = channel_of(r->header.masks[i]);
	read_palette(r);
	return bmp_is_rle(&r->header) ? read_rle(r) : read_raw(r);
}

bool bmp_read(Image **image, struct work *work, const struct probe *probe,
	      const uint8_t *bytes, size_t len)
{
	struct reading r = { .work = work, .bytes = { bytes, len } };

	if (!bmp_header_read(&r.header, work, r.bytes) || !has_size(&r, probe))
		return false;
	new_image(&r);
	if (!read_pixels(&r)) {
		DestroyImage(r.image);
		return false;
	}
	*image = r.image;
	return true;
}
