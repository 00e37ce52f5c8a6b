/* webp_reader.c: composes the frames of an animated WebP. */
#include "config.h"

#include "lib/picture/animation.h"

#include <string.h>

#include <webp/demux.h>

#include "lib/base/pool.h"

struct reader {
	WebPAnimDecoder *decoder;
	struct bitmap canvas;
	int shown_ms; /* end time of the last frame */
};

static void release(void *arg)
{
	WebPAnimDecoderDelete(arg);
}

/* Ignores a profile that the flags do not announce, as browsers do. */
static void find_profile(struct animation *animation,
			 const WebPAnimDecoder *decoder)
{
	const WebPDemuxer *demuxer = WebPAnimDecoderGetDemuxer(decoder);
	WebPChunkIterator chunk;

	if (!(WebPDemuxGetI(demuxer, WEBP_FF_FORMAT_FLAGS) & ICCP_FLAG) ||
	    !WebPDemuxGetChunk(demuxer, "ICCP", 1, &chunk))
		return;
	animation->profile = chunk.chunk.bytes;
	animation->profile_len = chunk.chunk.size;
	WebPDemuxReleaseChunkIterator(&chunk);
}

static bool fail_version(struct work *work)
{
	return fail(work, ERR_UNAVAILABLE,
		    "expected the libwebp of the build, found another version; "
		    "build pixtier again");
}

static bool fail_damaged(struct work *work)
{
	return fail(work, ERR_CORRUPT_IMAGE,
		    "expected an animated WebP, found damaged frames");
}

static bool open_file(void **opened, struct animation *animation,
		      struct work *work, const struct animation_source *source)
{
	struct reader *reader = pool_alloc(work->pool, sizeof(*reader));
	const WebPData data = { source->bytes, source->len };
	const struct probe *probe = source->probe;
	WebPAnimDecoderOptions options;
	WebPAnimInfo info;

	*opened = reader;
	if (!WebPAnimDecoderOptionsInit(&options))
		return fail_version(work);
	options.color_mode = MODE_rgbA;
	options.use_threads = 0;
	reader->decoder = WebPAnimDecoderNew(&data, &options);
	if (!reader->decoder)
		return fail_damaged(work);
	pool_defer(work->pool, release, reader->decoder);
	if (!WebPAnimDecoderGetInfo(reader->decoder, &info) ||
	    info.canvas_width != probe->width ||
	    info.canvas_height != probe->height || !info.frame_count)
		return fail_damaged(work);
	*animation = (struct animation){ .count = info.frame_count,
					 .plays = info.loop_count };
	find_profile(animation, reader->decoder);
	return bitmap_init(&reader->canvas, work, probe->width, probe->height);
}

static bool next_frame(struct animation_frame *shown, void *arg,
		       struct work *work)
{
	struct reader *reader = arg;
	const struct bitmap *canvas = &reader->canvas;
	const size_t row_len = (size_t)canvas->width * 4;
	uint8_t *pixels;
	int end_ms;

	if (!WebPAnimDecoderGetNext(reader->decoder, &pixels, &end_ms))
		return fail_damaged(work);
	/* Rows of libwebp have no BITMAP_SLACK. */
	for (uint32_t y = 0; y < canvas->height; y++)
		memcpy(bitmap_row(canvas, y), pixels + row_len * y, row_len);
	shown->bitmap = *canvas;
	shown->bitmap.alpha = true;
	shown->duration_ms = (uint32_t)(end_ms - reader->shown_ms);
	reader->shown_ms = end_ms;
	return true;
}

const struct animation_reader webp_reader = { .open = open_file,
					      .next = next_frame };
