/* base_url.c: checks the URL of the service, and finds its path. */
#include "config.h"

#include "lib/base/base_url.h"

#include <stddef.h>
#include <string.h>

#include "lib/base/text.h"

#define LETTERS_AND_DIGITS                                                     \
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"                 \
	"0123456789"

static const char host_bytes[] = LETTERS_AND_DIGITS "._-:[]";
static const char segment_bytes[] = LETTERS_AND_DIGITS "._~-";

static const char *host_of(const char *url)
{
	if (text_starts(url, "https://"))
		return url + strlen("https://");
	if (text_starts(url, "http://"))
		return url + strlen("http://");
	return NULL;
}

/* Web servers resolve dot segments, so no request would have one. */
static bool is_segment(const char *text, size_t len)
{
	return len && strspn(text, segment_bytes) == len &&
	       !(len == 1 && text[0] == '.') &&
	       !(len == 2 && text[0] == '.' && text[1] == '.');
}

static bool is_path(const char *path)
{
	if (strlen(path) > BASE_URL_MAX_PATH)
		return false;
	while (*path) {
		const size_t len = strcspn(path + 1, "/");

		if (!is_segment(path + 1, len))
			return false;
		path += 1 + len;
	}
	return true;
}

bool base_url_is_valid(const char *text)
{
	const char *host = host_of(text);
	const size_t len = host ? strspn(host, host_bytes) : 0;

	return len && (!host[len] || host[len] == '/') && is_path(host + len);
}

const char *base_url_path(const char *base_url)
{
	const char *host = host_of(base_url);

	return host ? host + strcspn(host, "/") : "";
}
