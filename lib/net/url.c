/* url.c: parses and checks http and https URLs. */
#include "config.h"

#include "lib/net/url.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <ctype.h>
#include <idn2.h>
#include <string.h>
#include <strings.h>

#include "lib/base/conf.h"
#include "lib/base/pool.h"
#include "lib/base/text.h"
#include "lib/net/address.h"

static void free_handle(void *handle)
{
	curl_url_cleanup(handle);
}

/* Returns "" if the URL does not have the part. */
static const char *part_of(struct pool *pool, CURLU *handle, CURLUPart which,
			   unsigned flags)
{
	char *part;

	if (curl_url_get(handle, which, &part, flags))
		return "";
	pool_defer(pool, curl_free, part);
	return part;
}

static bool refuse(struct work *work, const char *what)
{
	return fail_field(work, "url", "url: %s", what);
}

/* Rejects what curl accepts but other programs read differently: one slash or
   three after the scheme, and backslashes. */
static bool check_text(struct work *work, const char *text)
{
	size_t scheme = !strncasecmp(text, "https://", 8)  ? 8
			: !strncasecmp(text, "http://", 7) ? 7
							   : 0;

	if (!scheme)
		return refuse(work,
			      "expected http:// or https:// at the start");
	if (strlen(text) > URL_MAX)
		return fail_field(work, "url", "url: at most %d bytes",
				  URL_MAX);
	if (!text_is_printable(text) ||
	    memchr(text, ' ', scheme + strcspn(text + scheme, "/?#")))
		return refuse(work,
			      "expected no space in the host and no control "
			      "characters");
	if (strchr("/?#", text[scheme]) ||
	    memchr(text, '\\', strcspn(text, "?#")))
		return refuse(work, "expected a host after the two slashes");
	return true;
}

static bool check_host(struct url *url, struct work *work)
{
	uint8_t bytes[sizeof(struct in6_addr)];
	size_t len = strlen(url->host);

	url->literal = inet_pton(AF_INET, url->host, bytes) == 1 ||
		       inet_pton(AF_INET6, url->host, bytes) == 1;
	if (url->literal)
		return true;
	if (!len || len > 253 || *url->host == '-' || *url->host == '.')
		return refuse(work, "expected a host name or an IP address");
	for (const char *at = url->host; *at; at++)
		if (!isalnum((unsigned char)*at) && !strchr("-._", *at))
			return refuse(work,
				      "expected a host of letters, digits, - "
				      "and . only; write others as xn--");
	return true;
}

static bool check_port(struct url *url, struct work *work, const char *text)
{
	int64_t port;

	if (!text_int(&port, text, 1, 65535) ||
	    !text_has_number(work->conf->fetch_ports, port))
		return fail_field(work, "url",
				  "url: expected one of the ports %s, not %s",
				  work->conf->fetch_ports, text);
	url->port = (long)port;
	return true;
}

static const char *last_part(struct pool *pool, const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *last = slash ? slash + 1 : path;
	char *bytes;
	size_t len;

	if (!text_unpercent(pool, &bytes, &len, last, strlen(last)) ||
	    !text_is_utf8(bytes, len) || !text_is_printable(bytes))
		return "";
	return bytes;
}

/* Removes the brackets of "[::1]". */
static const char *bare_host(struct pool *pool, const char *host)
{
	size_t len = strlen(host);

	if (len > 2 && *host == '[' && host[len - 1] == ']')
		return pool_strndup(pool, host + 1, len - 2);
	return host;
}

/* Encodes spaces as %20 in the query too, where curl would write '+'. */
static const char *encode_spaces(struct pool *pool, const char *text)
{
	char *out = pool_alloc(pool, 3 * strlen(text) + 1), *to = out;

	for (; *text; text++) {
		if (*text != ' ') {
			*to++ = *text;
			continue;
		}
		memcpy(to, "%20", 3);
		to += 3;
	}
	*to = '\0';
	return out;
}

static bool split(CURLU **handle, struct work *work, const char *text)
{
	struct pool *pool = work->pool;

	*handle = curl_url();
	if (!*handle)
		return fail(work, ERR_INTERNAL, "no memory for a URL");
	pool_defer(pool, free_handle, *handle);
	if (curl_url_set(*handle, CURLUPART_URL, text, CURLU_URLENCODE) ||
	    curl_url_set(*handle, CURLUPART_FRAGMENT, NULL, 0))
		return refuse(work, "expected a URL such as "
				    "https://example.org/puffin.jpg");
	if (*part_of(pool, *handle, CURLUPART_USER, 0) ||
	    *part_of(pool, *handle, CURLUPART_PASSWORD, 0) ||
	    memchr(text, '@', 8 + strcspn(text + 8, "/?#")))
		return refuse(work, "expected no user name and no password");
	if (*part_of(pool, *handle, CURLUPART_ZONEID, 0))
		return refuse(work, "expected no zone in the IP address");
	return true;
}

static bool is_ascii(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text >= 0x80)
			return false;
	return true;
}

static bool to_ascii(const char **ascii, struct work *work, const char *host)
{
	uint8_t *name;

	if (!text_is_utf8(host, strlen(host)) || !text_is_printable(host))
		return refuse(work, "expected a host in UTF-8 without control "
				    "characters");
	if (idn2_lookup_u8((const uint8_t *)host, &name,
			   IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL) != IDN2_OK)
		return fail_field(work, "url",
				  "url: expected a host name that IDNA 2008 "
				  "allows, in UTF-8, not \"%.*s\"",
				  (int)text_cut(host, 100), host);
	pool_defer(work->pool, idn2_free, name);
	*ascii = (const char *)name;
	return true;
}

/* Converts a host with other letters to ASCII. */
static bool set_ascii_host(CURLU *handle, struct work *work, struct url *named)
{
	if (is_ascii(named->host))
		return true;
	if (!to_ascii(&named->host, work, named->host) ||
	    !check_host(named, work))
		return false;
	return !curl_url_set(handle, CURLUPART_HOST, named->host, 0) ||
	       refuse(work, "expected a host name or an IP address");
}

/* Parses the URL again, so that all checks see the host that is contacted. Some
   letters, and some %XX, become digits: an IP address that is written like that
   is rejected. */
static bool split_with_ascii_host(CURLU **handle, struct work *work,
				  const char *text)
{
	struct url named = { 0 };

	if (!split(handle, work, text))
		return false;
	named.host = part_of(work->pool, *handle, CURLUPART_HOST, 0);
	if (!set_ascii_host(*handle, work, &named))
		return false;
	if (!split(handle, work,
		   part_of(work->pool, *handle, CURLUPART_URL, 0)) ||
	    strcmp(part_of(work->pool, *handle, CURLUPART_HOST, 0),
		   named.host) ||
	    named.literal)
		return refuse(work, "expected a host name in letters, or an IP "
				    "address in ASCII digits");
	return true;
}

bool url_parse(struct url *url, struct work *work, const char *text)
{
	struct pool *pool = work->pool;
	struct url made = { 0 };
	CURLU *handle;

	if (!check_text(work, text) ||
	    !split_with_ascii_host(&handle, work, encode_spaces(pool, text)))
		return false;
	made.text = part_of(pool, handle, CURLUPART_URL, 0);
	made.host = bare_host(pool, part_of(pool, handle, CURLUPART_HOST, 0));
	made.file = last_part(pool, part_of(pool, handle, CURLUPART_PATH, 0));
	if (strlen(made.text) > URL_MAX)
		return fail_field(work, "url", "url: at most %d bytes",
				  URL_MAX);
	if (!check_host(&made, work) ||
	    !check_port(
		    &made, work,
		    part_of(pool, handle, CURLUPART_PORT, CURLU_DEFAULT_PORT)))
		return false;
	*url = made;
	return true;
}

static bool is_localhost(const char *host)
{
	static const char name[] = "localhost";
	size_t len = strlen(host), size = sizeof(name) - 1;

	if (len && host[len - 1] == '.')
		len--;
	return len >= size && !strncasecmp(host + len - size, name, size) &&
	       (len == size || host[len - size - 1] == '.');
}

/* Returns false if the host is a name. */
static bool read_literal(struct sockaddr_storage *address, const char *host)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };

	*address = (struct sockaddr_storage){ 0 };
	if (inet_pton(AF_INET, host, &v4.sin_addr) == 1)
		memcpy(address, &v4, sizeof(v4));
	else if (inet_pton(AF_INET6, host, &v6.sin6_addr) == 1)
		memcpy(address, &v6, sizeof(v6));
	else
		return false;
	return true;
}

bool url_check_address(struct work *work, const struct url *url)
{
	const char *host = is_localhost(url->host) ? "127.0.0.1" : url->host;
	struct sockaddr_storage address;
	const char *purpose;

	if (!read_literal(&address, host) ||
	    address_may_be_called((struct sockaddr *)&address, work->conf))
		return true;
	purpose = address_purpose((struct sockaddr *)&address);
	return fail_field(work, "url",
			  "url: %.100s is not allowed: %s; see the settings "
			  "fetch_allow and fetch_deny",
			  url->host, purpose ? purpose : "in fetch_deny");
}
