/* content_coding.c: fuzzes compressed bodies of fetched pictures: a line that
   is the Content-Encoding, then the body. In any pieces it says the same. */
#include "config.h"

#include "lib/net/content_coding.h"

#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/pool.h"
#include "tests/lib/fuzz.h"

enum { MAX_OUTPUT = 1 << 16 };

struct decoded {
	struct work work;
	struct buf *bytes;
	bool ok;
};

static bool take(void *arg, struct work *work, const void *bytes, size_t len)
{
	return buf_add(arg, bytes, len) ||
	       fail(work, ERR_TOO_LARGE, "more than %d bytes", MAX_OUTPUT);
}

static struct decoded decode(const char *header, const uint8_t *bytes,
			     size_t len, size_t piece)
{
	struct decoded d = { .work = { .pool = pool_new() }, .ok = true };
	struct content_coding *coding = content_coding_new(d.work.pool, header);

	d.bytes = buf_new(d.work.pool, MAX_OUTPUT);
	for (size_t at = 0; d.ok && at < len; at += piece)
		d.ok = content_coding_decode(
			coding, &d.work, bytes + at,
			piece < len - at ? piece : len - at, take, d.bytes);
	d.ok = d.ok && content_coding_end(coding, &d.work, take, d.bytes);
	expect(d.ok || *d.work.why);
	return d;
}

static void check_same(const struct decoded *a, const struct decoded *b)
{
	expect(a->ok == b->ok);
	expect(a->ok || a->work.err == b->work.err);
	if (!a->ok)
		return;
	expect(a->bytes->len == b->bytes->len);
	expect(!memcmp(a->bytes->data, b->bytes->data, a->bytes->len));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = { data, size };
	struct pool *pool = pool_new();
	const char *header = fuzz_text(&input, pool, '\n');
	struct decoded whole, single;

	whole = decode(header, input.at, input.left, input.left + 1);
	single = decode(header, input.at, input.left, 1);
	check_same(&whole, &single);
	pool_free(whole.work.pool);
	pool_free(single.work.pool);
	pool_free(pool);
	return 0;
}
