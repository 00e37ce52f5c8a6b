/* request.c: fuzzes what a web server says of a request: FastCGI parameters,
   each "NAME=value" and a NUL. */
#include "config.h"

#include "fcgi/request.h"

#include <string.h>

#include "fcgi/range.h"
#include "lib/base/pool.h"
#include "tests/lib/fuzz.h"

enum { MAX_PARAMS = 100 };

static void split(char *envp[MAX_PARAMS + 1], struct pool *pool,
		  struct fuzz_input *input)
{
	size_t count = 0;

	while (input->left && count < MAX_PARAMS)
		envp[count++] = fuzz_text(input, pool, '\0');
	envp[count] = NULL;
}

static unsigned count_of(char **envp, const char *start)
{
	unsigned count = 0;

	for (; *envp; envp++)
		count += !strncmp(*envp, start, strlen(start));
	return count;
}

static void check(const struct request *req, char **envp)
{
	expect(count_of(envp, "CONTENT_LENGTH=") <= 1);
	expect(count_of(envp, "REQUEST_URI=") == 1);
	expect(count_of(envp, "REQUEST_METHOD=") == 1);
	expect(count_of(envp, "HTTP_AUTHORIZATION=") <= 1);
	expect(count_of(envp, "HTTP_COOKIE=") <= 1);
	expect(req->content_length >= -1);
	expect(req->method <= METHOD_OTHER && *req->method_text);
	expect(*req->uri.path == '/');
	fuzz_expect_clean(req->uri.path);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = { data, size };
	struct work work = { .conf = fuzz_conf(), .pool = pool_new() };
	char *envp[MAX_PARAMS + 1];
	struct request req = { 0 };

	split(envp, work.pool, &input);
	if (request_read(&req, &work, envp))
		check(&req, envp);
	else
		expect(*work.why && (work.err == ERR_BAD_REQUEST ||
				     work.err == ERR_NOT_FOUND ||
				     work.err == ERR_URI_TOO_LONG));
	expect(strlen(req.id) >= 8 && strlen(req.id) <= 64);
	fuzz_expect_clean(req.id);
	(void)request_accepts(&req, "image/webp");
	(void)request_prefers(&req, "respond-async");
	(void)range_is_valid(req.range);
	pool_free(work.pool);
	return 0;
}
