/* multipart.c: fuzzes forms; however they arrive, they say the same. */
#include "config.h"

#include "fcgi/multipart.h"

#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/pool.h"
#include "lib/base/text.h"
#include "lib/base/work.h"
#include "tests/lib/fuzz.h"

/* What the sink got. */
struct record {
	struct work work;
	struct buf *log;
	bool in_file;
	unsigned files;
	bool ok;
};

static bool field(void *arg, struct work *work, const char *name,
		  const char *value)
{
	struct record *record = arg;

	(void)work;
	fuzz_expect_clean(name);
	expect(*name);
	expect(text_is_utf8(value, strlen(value)));
	record->in_file = false;
	return buf_printf(record->log, "\nfield %s=%s", name, value);
}

static bool file(void *arg, struct work *work, const char *name,
		 const char *filename, const char *media_type)
{
	struct record *record = arg;

	(void)work;
	fuzz_expect_clean(name);
	fuzz_expect_clean(filename);
	fuzz_expect_clean(media_type);
	expect(!strpbrk(filename, "/\\"));
	expect(++record->files == 1);
	record->in_file = true;
	return buf_printf(record->log, "\nfile %s %s %s:", name, filename,
			  media_type);
}

static bool data(void *arg, struct work *work, const void *bytes, size_t len)
{
	struct record *record = arg;

	(void)work;
	expect(len && record->in_file);
	return buf_add(record->log, bytes, len);
}

/* `seed` chooses the pieces: 0 is the whole, 1 single bytes, others any. */
static bool feed(struct multipart *mp, const char *body, size_t len,
		 uint32_t seed)
{
	while (len) {
		size_t piece = seed ? 1 : len;

		if (seed > 1) {
			seed = seed * 1664525 + 1013904223;
			piece = 1 + (seed >> 16) % (seed & 256 ? 5 : 200);
		}
		if (piece > len)
			piece = len;
		if (!multipart_feed(mp, body, piece))
			return false;
		body += piece;
		len -= piece;
	}
	return multipart_close(mp);
}

static struct record parse(const char *type, const char *body, size_t len,
			   uint32_t seed)
{
	struct record record = { .work = { .pool = pool_new() } };
	const struct multipart_sink sink = { &record, field, file, data };
	struct multipart *mp;

	record.log = buf_new(record.work.pool, 1 << 24);
	record.ok =
		multipart_open(&mp, &record.work, type, "image file", &sink) &&
		feed(mp, body, len, seed);
	expect(record.ok || *record.work.why);
	return record;
}

static void check_same(const struct record *a, const struct record *b)
{
	expect(a->ok == b->ok);
	expect(a->work.err == b->work.err);
	expect(!strcmp(a->work.why, b->work.why));
	expect(a->log->len == b->log->len);
	expect(!memcmp(a->log->data, b->log->data, a->log->len));
}

/* Two bytes that choose the pieces, a line that is the Content-Type, a body. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	const uint8_t *lf = len < 2 ? NULL : memchr(bytes + 2, '\n', len - 2);
	struct record whole, pieces, single;
	struct pool *pool;
	const char *type, *body;
	size_t body_len;

	if (!lf)
		return 0;
	pool = pool_new();
	type = pool_strndup(pool, (const char *)bytes + 2,
			    (size_t)(lf - bytes) - 2);
	body = (const char *)lf + 1;
	body_len = len - (size_t)(lf + 1 - bytes);

	whole = parse(type, body, body_len, 0);
	single = parse(type, body, body_len, 1);
	pieces = parse(type, body, body_len,
		       2 + ((uint32_t)bytes[0] << 8 | bytes[1]));
	check_same(&whole, &single);
	check_same(&whole, &pieces);

	pool_free(whole.work.pool);
	pool_free(single.work.pool);
	pool_free(pieces.work.pool);
	pool_free(pool);
	return 0;
}
