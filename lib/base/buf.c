/* buf.c: a growing byte buffer with a limit. */
#include "config.h"

#include "lib/base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/pool.h"

static char empty[1];

void buf_init(struct buf *buf, size_t limit)
{
	*buf = (struct buf){ .data = empty, .limit = limit };
}

void buf_release(struct buf *buf)
{
	if (buf->data != empty)
		free(buf->data);
	buf_init(buf, buf->limit);
}

static void release(void *buf)
{
	buf_release(buf);
}

struct buf *buf_new(struct pool *pool, size_t limit)
{
	struct buf *buf = pool_alloc(pool, sizeof(*buf));

	buf_init(buf, limit);
	pool_defer(pool, release, buf);
	return buf;
}

static void grow(struct buf *buf, size_t need)
{
	size_t size = buf->size ? buf->size : 64;
	char *data;

	while (size < need)
		size *= 2;
	data = realloc(buf->data == empty ? NULL : buf->data, size);
	if (!data)
		abort();
	buf->data = data;
	buf->size = size;
}

bool buf_add(struct buf *buf, const void *bytes, size_t count)
{
	if (count > buf->limit - buf->len)
		return false;
	if (buf->len + count + 1 > buf->size)
		grow(buf, buf->len + count + 1);
	memcpy(buf->data + buf->len, bytes, count);
	buf->len += count;
	buf->data[buf->len] = '\0';
	return true;
}

bool buf_add_text(struct buf *buf, const char *text)
{
	return buf_add(buf, text, strlen(text));
}

bool buf_printf(struct buf *buf, const char *fmt, ...)
{
	va_list args;
	int len;

	va_start(args, fmt);
	len = vsnprintf(NULL, 0, fmt, args);
	va_end(args);
	if (len < 0)
		abort();
	if ((size_t)len > buf->limit - buf->len)
		return false;
	if (buf->len + (size_t)len + 1 > buf->size)
		grow(buf, buf->len + (size_t)len + 1);
	va_start(args, fmt);
	vsnprintf(buf->data + buf->len, (size_t)len + 1, fmt, args);
	va_end(args);
	buf->len += (size_t)len;
	return true;
}
