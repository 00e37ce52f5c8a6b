/* webp_writer.c: writes animated WebPs. */
#include "config.h"

#include "lib/picture/animation.h"

#include <limits.h>
#include <string.h>

#include <webp/encode.h>
#include <webp/mux.h>

#include "lib/base/conf.h"
#include "lib/base/pool.h"

struct writer {
	WebPAnimEncoder *encoder; /* NULL before the first frame */
	WebPConfig config;
	WebPData file;
	struct pool *pool;
	uint32_t plays;
	uint32_t width, height;
	uint64_t elapsed_ms;
};

static void release(void *arg)
{
	struct writer *writer = arg;

	WebPAnimEncoderDelete(writer->encoder);
	WebPDataClear(&writer->file);
}

static bool fail_version(struct work *work)
{
	return fail(work, ERR_UNAVAILABLE,
		    "expected the libwebp of the build, found another version; "
		    "build pixtier again");
}

static bool open_file(void **opened, struct work *work, uint32_t plays,
		      uint32_t quality)
{
	struct writer *writer = pool_alloc(work->pool, sizeof(*writer));

	*opened = writer;
	writer->pool = work->pool;
	writer->plays = plays;
	if (!WebPConfigInit(&writer->config))
		return fail_version(work);
	writer->config.quality =
		(float)(quality ? (long)quality : work->conf->webp_quality);
	return true;
}

static bool start(struct writer *writer, struct work *work,
		  const struct bitmap *bitmap)
{
	WebPAnimEncoderOptions options;

	if (!WebPAnimEncoderOptionsInit(&options))
		return fail_version(work);
	options.anim_params.loop_count = (int)writer->plays;
	writer->width = bitmap->width;
	writer->height = bitmap->height;
	writer->encoder = WebPAnimEncoderNew((int)bitmap->width,
					     (int)bitmap->height, &options);
	if (!writer->encoder)
		return fail(work, ERR_TOO_LARGE,
			    "no memory for a WebP of %ux%u pixels",
			    bitmap->width, bitmap->height);
	pool_defer(writer->pool, release, writer);
	return true;
}

static uint32_t argb(const uint8_t *in)
{
	const unsigned alpha = in[3];
	uint32_t value = alpha << 24;

	for (int i = 0; alpha && i < 3; i++) {
		const unsigned colour = (in[i] * 255u + alpha / 2) / alpha;

		value |= (colour < 255 ? colour : 255) << (16 - 8 * i);
	}
	return value;
}

static void import_pixels(WebPPicture *picture, const struct bitmap *bitmap)
{
	for (uint32_t y = 0; y < bitmap->height; y++) {
		const uint8_t *in = bitmap_row(bitmap, y);
		uint32_t *out =
			picture->argb + (size_t)picture->argb_stride * y;

		for (uint32_t x = 0; x < bitmap->width; x++, in += 4)
			out[x] = argb(in);
	}
}

static bool fail_encoding(const struct writer *writer, struct work *work)
{
	return fail(work, ERR_TOO_LARGE,
		    "expected to write an animated WebP, found: %s",
		    WebPAnimEncoderGetError(writer->encoder));
}

static bool encode_frame(struct writer *writer, struct work *work,
			 const struct bitmap *bitmap)
{
	WebPPicture picture;
	bool ok;

	if (!WebPPictureInit(&picture))
		return fail_version(work);
	picture.use_argb = 1;
	picture.width = (int)bitmap->width;
	picture.height = (int)bitmap->height;
	if (!WebPPictureAlloc(&picture))
		return fail(work, ERR_TOO_LARGE,
			    "no memory for a WebP of %ux%u pixels",
			    bitmap->width, bitmap->height);
	import_pixels(&picture, bitmap);
	ok = WebPAnimEncoderAdd(writer->encoder, &picture,
				(int)writer->elapsed_ms, &writer->config) ||
	     fail_encoding(writer, work);
	WebPPictureFree(&picture);
	return ok;
}

static bool add_frame(void *arg, struct work *work,
		      const struct animation_frame *frame)
{
	struct writer *writer = arg;

	if ((!writer->encoder && !start(writer, work, &frame->bitmap)) ||
	    !encode_frame(writer, work, &frame->bitmap))
		return false;
	writer->elapsed_ms += frame->duration_ms;
	if (writer->elapsed_ms > INT_MAX)
		writer->elapsed_ms = INT_MAX;
	return true;
}

static bool finish_file(struct rendition *rendition, void *arg,
			struct work *work)
{
	struct writer *writer = arg;

	if (!WebPAnimEncoderAdd(writer->encoder, NULL, (int)writer->elapsed_ms,
				NULL) ||
	    !WebPAnimEncoderAssemble(writer->encoder, &writer->file))
		return fail_encoding(writer, work);
	*rendition = (struct rendition){
		.format = FORMAT_WEBP,
		.width = writer->width,
		.height = writer->height,
		.bytes = writer->file.bytes,
		.len = writer->file.size,
	};
	return true;
}

const struct animation_writer webp_writer = { open_file, add_frame,
					      finish_file };
