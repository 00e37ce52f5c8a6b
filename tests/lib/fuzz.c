/* fuzz.c: what fuzz targets share. */
#include "config.h"

#include "tests/lib/fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/base/conf.h"
#include "lib/base/pool.h"
#include "lib/base/text.h"

void fuzz_failed(const char *property, const char *file, int line)
{
	fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, property);
	abort();
}

void fuzz_expect_clean(const char *text)
{
	expect(text_is_utf8(text, strlen(text)));
	expect(text_is_printable(text));
}

uint8_t fuzz_byte(struct fuzz_input *input)
{
	return (uint8_t)fuzz_number(input, 1);
}

uint32_t fuzz_number(struct fuzz_input *input, unsigned bytes)
{
	uint32_t number = 0;

	for (; bytes && input->left; bytes--, input->left--)
		number = number << 8 | *input->at++;
	return number;
}

char *fuzz_text(struct fuzz_input *input, struct pool *pool, int end)
{
	const uint8_t *found = memchr(input->at, end, input->left);
	size_t len = found ? (size_t)(found - input->at) : input->left;
	char *text = pool_strndup(pool, (const char *)input->at, len);

	len += found != NULL;
	input->at += len;
	input->left -= len;
	return text;
}

const struct conf *fuzz_conf(void)
{
	static struct conf conf;

	if (!conf.max_pixels)
		conf_init(&conf);
	return &conf;
}

static void close_file(void *fd)
{
	close(*(int *)fd);
}

const char *fuzz_file(struct pool *pool, const uint8_t *data, size_t size)
{
	int *fd = pool_alloc(pool, sizeof(*fd));

	*fd = memfd_create("fuzz", MFD_CLOEXEC);
	expect(*fd >= 0);
	pool_defer(pool, close_file, fd);
	expect(write(*fd, data, size) == (ssize_t)size);
	return pool_printf(pool, "/proc/self/fd/%d", *fd);
}
