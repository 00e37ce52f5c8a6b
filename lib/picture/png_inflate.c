/* png_inflate.c: decompresses the pixels of a PNG. */
#include "config.h"

#include "lib/picture/png_inflate.h"

#include <string.h>

#define ZLIB_CONST
#include <zlib.h>

#include "lib/base/pool.h"
#include "lib/picture/isal.h"
#include "lib/picture/png_chunk.h"
#include "lib/picture/surplus.h"

/* Which bytes zlib compares with the Adler-32 depends on where its input ends.
   These pieces are those of libpng, so that the result is the same. */
enum { PIECE = 8192, SKIP = 1 << 15 };

/* The data of all IDAT chunks, as one stream. */
struct idat {
	struct bytes file;
	size_t offset, left; /* in the current chunk */
};

struct png_inflate {
	struct work *work;
	struct pool *pool;
	struct idat first, idat;
	uint64_t total, done;
	bool is_isal;   /* ISA-L has found no error */
	bool is_zlib;   /* zlib has started */
	bool has_ended; /* zlib reported the end */
	z_stream zlib;
#ifdef HAVE_ISAL
	struct inflate_state isal;
#endif
};

static const char *const missing = "the file ends before its last pixel";

static bool fail_damaged(struct work *work, const char *why)
{
	return fail(work, ERR_CORRUPT_IMAGE, "damaged: %s", why);
}

static void begin_chunk(struct idat *idat, size_t len)
{
	const size_t most = idat->file.len - idat->offset;

	idat->left = len < most ? len : most;
}

/* Returns NULL, or why there is no next chunk. */
static const char *next_chunk(struct idat *idat)
{
	enum { CRC = 4, HEADER = 8 };
	const uint8_t *at = idat->file.data + idat->offset + CRC;

	if (!bytes_hold(idat->file, idat->offset, CRC + HEADER))
		return missing;
	if (memcmp(at + 4, "IDAT", 4))
		return "Not enough image data";
	idat->offset += CRC + HEADER;
	begin_chunk(idat, be32(at));
	return NULL;
}

/* Gets 1 to `most` bytes of one chunk. Returns NULL, or why there are none. */
static const char *next_piece(struct bytes *piece, struct idat *idat,
			      size_t most)
{
	const char *why = NULL;

	while (!idat->left && !why)
		why = next_chunk(idat);
	if (why)
		return why;
	piece->data = idat->file.data + idat->offset;
	piece->len = idat->left < most ? idat->left : most;
	idat->offset += piece->len;
	idat->left -= piece->len;
	return NULL;
}

static bool fail_inflate(struct png_inflate *stream, int result)
{
	const char *text = stream->zlib.msg;

	if (result == Z_MEM_ERROR)
		return fail(stream->work, ERR_TOO_LARGE,
			    "no memory to decompress a PNG");
	return fail(stream->work, ERR_CORRUPT_IMAGE, "damaged: IDAT: %s",
		    text ? text : zError(result));
}

static bool read_zlib(struct png_inflate *stream, uint8_t *out, uint32_t count)
{
	z_stream *zlib = &stream->zlib;
	struct bytes piece;
	int result = Z_OK;

	zlib->next_out = out;
	zlib->avail_out = count;
	while (zlib->avail_out && result == Z_OK) {
		if (!zlib->avail_in) {
			const char *why =
				next_piece(&piece, &stream->idat, PIECE);

			if (why)
				return fail_damaged(stream->work, why);
			zlib->next_in = piece.data;
			zlib->avail_in = (uInt)piece.len;
		}
		result = inflate(zlib, Z_NO_FLUSH);
	}
	if (result != Z_OK && result != Z_STREAM_END)
		return fail_inflate(stream, result);
	stream->has_ended = result == Z_STREAM_END;
	return !zlib->avail_out ||
	       fail_damaged(stream->work, "Not enough image data");
}

static void end_zlib(void *zlib)
{
	inflateEnd(zlib);
}

/* Starts zlib at the beginning, and skips what was read already. */
static bool begin_zlib(struct png_inflate *stream)
{
	int result = inflateInit(&stream->zlib);
	uint8_t *skipped;

	stream->is_zlib = true;
	if (result != Z_OK)
		return fail_inflate(stream, result);
	pool_defer(stream->pool, end_zlib, &stream->zlib);
	stream->idat = stream->first;
	if (!stream->done)
		return true;
	skipped = pool_alloc(stream->pool, SKIP);
	for (uint64_t left = stream->done; left;) {
		const uint32_t count = left < SKIP ? (uint32_t)left : SKIP;

		if (!read_zlib(stream, skipped, count))
			return false;
		left -= count;
	}
	return true;
}

#ifdef HAVE_ISAL
/* ISA-L counts with 32 bits. */
enum { ISAL_MOST = INT32_MAX };

/* RFC 1950 2.2: the window is at most 32 KiB. ISA-L does not check this. */
static bool has_valid_window(struct idat idat)
{
	struct bytes first;

	return !next_piece(&first, &idat, 1) && first.data[0] >> 4 <= 7;
}

static void begin_isal(struct png_inflate *stream)
{
	isal_inflate_init(&stream->isal);
	stream->isal.crc_flag = ISAL_ZLIB;
	stream->is_isal =
		stream->total <= ISAL_MOST && has_valid_window(stream->first);
}

/* At the end of the file there is no more input. */
static void feed_isal(struct png_inflate *stream)
{
	struct inflate_state *isal = &stream->isal;
	struct bytes piece;

	if (isal->avail_in || next_piece(&piece, &stream->idat, ISAL_MOST))
		return;
	isal->next_in = (uint8_t *)piece.data;
	isal->avail_in = (uint32_t)piece.len;
}

/* With the last byte, the stream must end with its Adler-32. */
static bool is_filled(const struct inflate_state *isal, bool is_last)
{
	return !isal->avail_out &&
	       (!is_last || isal->block_state == ISAL_BLOCK_FINISH);
}

/* Returns false if zlib must decide. */
static bool inflate_isal(struct png_inflate *stream, uint8_t *out,
			 uint32_t count)
{
	const bool is_last = stream->done + count == stream->total;
	struct inflate_state *isal = &stream->isal;

	isal->next_out = out;
	isal->avail_out = count;
	while (!is_filled(isal, is_last)) {
		const uint32_t room = isal->avail_out;
		uint32_t given;

		feed_isal(stream);
		given = isal->avail_in;
		if (isal_inflate(isal) != ISAL_DECOMP_OK)
			return false;
		if (isal->avail_out == room && isal->avail_in == given &&
		    !is_filled(isal, is_last))
			return false;
	}
	return true;
}

static bool read_isal(struct png_inflate *stream, uint8_t *out, uint32_t count)
{
	const bool ok = inflate_isal(stream, out, count);

	isal_leave_avx();
	return ok;
}
#else
static void begin_isal(struct png_inflate *stream)
{
	(void)stream;
}

static bool read_isal(struct png_inflate *stream, uint8_t *out, uint32_t count)
{
	(void)stream, (void)out, (void)count;
	return false;
}
#endif

struct png_inflate *png_inflate_new(struct pool *pool, struct work *work,
				    struct bytes file, size_t offset,
				    uint64_t total)
{
	struct png_inflate *stream = pool_alloc(pool, sizeof(*stream));

	stream->work = work;
	stream->pool = pool;
	stream->total = total;
	stream->first = (struct idat){ .file = file, .offset = offset };
	begin_chunk(&stream->first, be32(file.data + offset - 8));
	stream->idat = stream->first;
	begin_isal(stream);
	return stream;
}

bool png_inflate_read(struct png_inflate *stream, uint8_t *out, uint32_t count)
{
	if (stream->is_isal)
		stream->is_isal = read_isal(stream, out, count);
	if (!stream->is_isal && ((!stream->is_zlib && !begin_zlib(stream)) ||
				 !read_zlib(stream, out, count)))
		return false;
	stream->done += count;
	return true;
}

/* Returns how many decompressed bytes follow those of the picture; stops after
   `most`. Ignores damage there. */
static uint64_t inflate_surplus(struct png_inflate *stream, uint64_t most)
{
	uint8_t *out = pool_alloc(stream->pool, SKIP);
	struct work aside = *stream->work, *work = stream->work;
	z_stream *zlib = &stream->zlib;
	uint64_t sum = 0;

	stream->work = &aside;
	while (!stream->has_ended && sum <= most) {
		const bool is_full = read_zlib(stream, out, SKIP);

		sum += SKIP - zlib->avail_out;
		if (!is_full)
			break;
	}
	stream->work = work;
	return sum;
}

/* Returns the number of compressed bytes after the end of the stream. */
static uint64_t count_unread(const struct png_inflate *stream)
{
	struct idat idat = stream->idat;
	uint64_t sum = idat.left;

	idat.offset += idat.left;
#ifdef HAVE_ISAL
	if (stream->is_isal)
		sum += stream->isal.avail_in +
		       (uint64_t)stream->isal.read_in_length / 8;
#endif
	if (stream->is_zlib)
		sum += stream->zlib.avail_in;
	while (!next_chunk(&idat)) {
		sum += idat.left;
		idat.offset += idat.left;
	}
	return sum;
}

bool png_inflate_end(struct png_inflate *stream)
{
	const uint64_t most = surplus_most(stream->total);
	const uint64_t most_unread = surplus_most(stream->first.file.len);
	uint64_t unread;

	if (!stream->is_isal && inflate_surplus(stream, most) > most)
		return fail(stream->work, ERR_CORRUPT_IMAGE,
			    "expected a PNG whose IDAT chunks hold the %llu "
			    "bytes of its pixels, found more than %llu; save "
			    "it again",
			    (unsigned long long)stream->total,
			    (unsigned long long)(stream->total + most));
	unread = count_unread(stream);
	return unread <= most_unread ||
	       fail(stream->work, ERR_CORRUPT_IMAGE,
		    "expected a PNG whose IDAT chunks end with its pixels, "
		    "found %llu bytes behind them; save it again",
		    (unsigned long long)unread);
}
