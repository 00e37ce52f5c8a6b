/* png_read.c: decodes a PNG, as rows or as an image. */
#include "config.h"

#include "lib/picture/png_read.h"

#include "lib/picture/bitmap.h"
#include "lib/picture/png_rows.h"

bool png_stream(struct work *work, const struct probe *probe,
		const uint8_t *bytes, size_t len, const struct row_sink *sink)
{
	static const struct png_form rgba = { BITMAP_CHANNELS,
					      png_samples_to_rgba };
	const struct bytes file = { bytes, len };
	struct row_picture picture;
	struct png_header header;

	if (!png_header_read(&header, work, probe, file))
		return false;
	picture = (struct row_picture){
		.plane_count = 1,
		.planes = { { header.width, header.height, header.width,
			      header.height } },
		.colours = header.is_gray ? PROFILE_GRAY : PROFILE_RGB,
		.alpha = png_samples_has_alpha(&header.samples),
		.profile = header.profile.len ? header.profile.data : NULL,
		.profile_len = header.profile.len,
	};
	return sink->begin(sink->arg, &picture) &&
	       png_rows_read(work, file, &header, &rgba, sink->row, sink->arg);
}

struct image_sink {
	struct work *work;
	Image *image;
	int colours;     /* number of colours of an opaque palette that is kept;
			    else 0 */
	bool has_beyond; /* some index is after the end of the palette */
	uint32_t y;
};

/* Adds black as one more colour, for indices after the end of the palette. */
static bool copy_palette(Image *image, const struct png_samples *samples)
{
	if (!AllocateImageColormap(image, (unsigned long)samples->colours + 1))
		return false;
	for (int i = 0; i <= samples->colours; i++) {
		static const uint8_t black[4];
		const uint8_t *colour =
			i < samples->colours ? samples->values[i] : black;
		PixelPacket *out = &image->colormap[i];

		out->red = ScaleCharToQuantum(colour[0]);
		out->green = ScaleCharToQuantum(colour[1]);
		out->blue = ScaleCharToQuantum(colour[2]);
		out->opacity = OpaqueOpacity;
	}
	return true;
}

static bool fail_memory(const struct image_sink *sink)
{
	return fail(sink->work, ERR_TOO_LARGE, "no memory for %lux%lu pixels",
		    sink->image->columns, sink->image->rows);
}

static void convert_to_16(uint8_t *out, const struct png_samples *samples,
			  const uint8_t *in, uint32_t count)
{
	png_samples_to_rgba_16((uint16_t *)(void *)out, samples, in, count);
}

static void begin_image(struct image_sink *sink,
			const struct png_header *header)
{
	Image *image = sink->image = AllocateImage(NULL);

	image->columns = header->width;
	image->rows = header->height;
	image->depth = header->samples.depth == 16 ? 16 : 8;
	image->matte = png_samples_has_alpha(&header->samples);
	if (header->profile.len)
		(void)SetImageProfile(image, "ICM", header->profile.data,
				      header->profile.len);
	sink->colours = image->matte ? 0 : header->samples.colours;
}

static void put_indices(struct image_sink *sink, PixelPacket *out,
			const uint8_t *in)
{
	IndexPacket *indices = AccessMutableIndexes(sink->image);

	for (unsigned long x = 0; indices && x < sink->image->columns; x++) {
		const int index = in[x] < sink->colours ? in[x] : sink->colours;

		sink->has_beyond |= index == sink->colours;
		indices[x] = (IndexPacket)index;
		out[x] = sink->image->colormap[index];
	}
}

static void put_pixels(const struct image_sink *sink, PixelPacket *out,
		       const uint8_t *row)
{
	const uint16_t *in = (const uint16_t *)(const void *)row;

	for (unsigned long x = 0; x < sink->image->columns; x++, in += 4) {
		out[x].red = ScaleShortToQuantum(in[0]);
		out[x].green = ScaleShortToQuantum(in[1]);
		out[x].blue = ScaleShortToQuantum(in[2]);
		out[x].opacity = ScaleShortToQuantum(65535 - in[3]);
	}
}

static bool put_image_row(void *arg, const uint8_t *row)
{
	struct image_sink *sink = arg;
	Image *image = sink->image;
	PixelPacket *out =
		SetImagePixels(image, 0, (long)sink->y++, image->columns, 1);

	if (out && sink->colours)
		put_indices(sink, out, row);
	else if (out)
		put_pixels(sink, out, row);
	return (out && SyncImagePixels(image)) || fail_memory(sink);
}

/* Keeps an opaque palette, so that the written file is not larger than the
   original. */
static bool read_image(struct image_sink *sink, const struct png_header *header,
		       struct bytes file)
{
	static const struct png_form index = { 1, png_samples_unpack };
	static const struct png_form rgba_16 = { 4 * sizeof(uint16_t),
						 convert_to_16 };

	begin_image(sink, header);
	if (sink->colours && !copy_palette(sink->image, &header->samples))
		return fail_memory(sink);
	if (!png_rows_read(sink->work, file, header,
			   sink->colours ? &index : &rgba_16, put_image_row,
			   sink))
		return false;
	if (sink->colours && !sink->has_beyond)
		sink->image->colors--;
	return true;
}

bool png_read(Image **image, struct work *work, const struct probe *probe,
	      const uint8_t *bytes, size_t len)
{
	struct image_sink sink = { .work = work };
	const struct bytes file = { bytes, len };
	struct png_header header;

	if (!png_header_read(&header, work, probe, file))
		return false;
	if (read_image(&sink, &header, file)) {
		*image = sink.image;
		return true;
	}
	DestroyImage(sink.image);
	return false;
}
