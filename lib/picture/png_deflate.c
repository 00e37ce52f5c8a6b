/* png_deflate.c: compresses the pixels of a PNG. */
#include "config.h"

#include "lib/picture/png_deflate.h"

#include <stddef.h>

#define ZLIB_CONST
#include <zlib.h>

#include "lib/base/pool.h"
#include "lib/picture/isal.h"

struct png_deflate {
	bool is_isal;
	bool has_zlib; /* zlib has allocated memory */
	uint32_t room;
	z_stream zlib;
#ifdef HAVE_ISAL
	/* A larger buffer gives longer blocks, but not smaller files. */
	struct isal_zstream isal;
	_Alignas(max_align_t) uint8_t buffer[ISAL_DEF_LVL3_MEDIUM];
#endif
};

struct method {
	int level, strategy; /* zlib's */
	int isal_level;      /* -1: use zlib */
	int isal_window;     /* log2 of the largest distance */
};

/*
 * zlib's higher levels take up to ten times as long for the same size, except
 * for palettes, which have less data. If nothing repeats, as in soft pictures,
 * files are smaller without the search for repetitions. ISA-L is three to five
 * times as fast, but gives up to a third more for unfiltered pixels; its level
 * 2 misses patterns that repeat many times.
 */
/* clang-format off */
static const struct method methods[] = {
	[PNG_DEFLATE_NEAR]     = { 1, Z_RLE,               2,  2 },
	[PNG_DEFLATE_FILTERED] = { 1, Z_FILTERED,          3, 15 },
	[PNG_DEFLATE_COLOURS]  = { 1, Z_DEFAULT_STRATEGY, -1,  0 },
	[PNG_DEFLATE_INDICES]  = { 6, Z_DEFAULT_STRATEGY, -1,  0 },
};
/* clang-format on */
_Static_assert(ARRAY_LEN(methods) == PNG_DEFLATE__COUNT,
	       "every kind needs a method");

static void end_zlib(void *arg)
{
	struct png_deflate *stream = arg;

	if (stream->has_zlib)
		deflateEnd(&stream->zlib);
	stream->has_zlib = false;
}

static bool begin_zlib(struct png_deflate *stream, const struct method *method,
		       uint8_t *out)
{
	enum { WINDOW_BITS = 15, MEMORY_LEVEL = 8 };
	z_stream *zlib = &stream->zlib;

	end_zlib(stream);
	*zlib = (z_stream){ .next_out = out, .avail_out = stream->room };
	stream->has_zlib =
		deflateInit2(zlib, method->level, Z_DEFLATED, WINDOW_BITS,
			     MEMORY_LEVEL, method->strategy) == Z_OK;
	return stream->has_zlib;
}

static bool add_zlib(struct png_deflate *stream, const uint8_t *bytes,
		     uint32_t count, bool is_last)
{
	z_stream *zlib = &stream->zlib;

	zlib->next_in = bytes;
	zlib->avail_in = count;
	if (is_last)
		return deflate(zlib, Z_FINISH) == Z_STREAM_END;
	return deflate(zlib, Z_NO_FLUSH) == Z_OK && !zlib->avail_in;
}

#ifdef HAVE_ISAL
static bool begin_isal(struct png_deflate *stream, const struct method *method,
		       uint8_t *out)
{
	struct isal_zstream *isal = &stream->isal;

	if (method->isal_level < 0)
		return false;
	isal_deflate_init(isal);
	isal->level = (uint32_t)method->isal_level;
	isal->level_buf = stream->buffer;
	isal->level_buf_size = sizeof(stream->buffer);
	isal->gzip_flag = IGZIP_ZLIB;
	isal->hist_bits = (uint16_t)method->isal_window;
	isal->next_out = out;
	isal->avail_out = stream->room;
	return true;
}

static bool add_isal(struct png_deflate *stream, const uint8_t *bytes,
		     uint32_t count, bool is_last)
{
	struct isal_zstream *isal = &stream->isal;
	bool ok;

	isal->next_in = (uint8_t *)bytes;
	isal->avail_in = count;
	isal->end_of_stream = is_last;
	ok = isal_deflate(isal) == COMP_OK && !isal->avail_in &&
	     (!is_last || isal->internal_state.state == ZSTATE_END);
	isal_leave_avx();
	return ok;
}

static uint32_t isal_left(const struct png_deflate *stream)
{
	return stream->isal.avail_out;
}
#else
static bool begin_isal(struct png_deflate *stream, const struct method *method,
		       uint8_t *out)
{
	(void)stream, (void)method, (void)out;
	return false;
}

static bool add_isal(struct png_deflate *stream, const uint8_t *bytes,
		     uint32_t count, bool is_last)
{
	(void)stream, (void)bytes, (void)count, (void)is_last;
	return false;
}

static uint32_t isal_left(const struct png_deflate *stream)
{
	(void)stream;
	return 0;
}
#endif

struct png_deflate *png_deflate_new(struct pool *pool)
{
	struct png_deflate *stream = pool_try_alloc(pool, sizeof(*stream));

	if (!stream)
		return NULL;
	stream->has_zlib = false;
	pool_defer(pool, end_zlib, stream);
	return stream;
}

bool png_deflate_begin(struct png_deflate *stream, enum png_deflate_kind kind,
		       uint8_t *out, uint32_t room)
{
	stream->room = room;
	stream->is_isal = begin_isal(stream, &methods[kind], out);
	return stream->is_isal || begin_zlib(stream, &methods[kind], out);
}

bool png_deflate_add(struct png_deflate *stream, const uint8_t *bytes,
		     uint32_t count, bool is_last)
{
	return stream->is_isal ? add_isal(stream, bytes, count, is_last)
			       : add_zlib(stream, bytes, count, is_last);
}

uint32_t png_deflate_len(const struct png_deflate *stream)
{
	return stream->room -
	       (stream->is_isal ? isal_left(stream) : stream->zlib.avail_out);
}
