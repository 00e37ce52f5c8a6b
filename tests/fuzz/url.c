/* url.c: fuzzes the URLs that are fetched: what is taken leads to one host, of
   a form that is taken again, and no address inside is called. */
#include "config.h"

#include "lib/net/url.h"

#include <arpa/inet.h>
#include <string.h>

#include "lib/base/conf.h"
#include "lib/base/pool.h"
#include "lib/base/text.h"
#include "lib/net/address.h"
#include "tests/lib/fuzz.h"

static void check_literal(const char *host, const struct conf *conf)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };
	uint32_t number;

	if (inet_pton(AF_INET, host, &v4.sin_addr) == 1) {
		number = ntohl(v4.sin_addr.s_addr);
		if (number >> 24 == 10 || number >> 24 == 127 ||
		    !(number >> 24))
			expect(!address_may_be_called((struct sockaddr *)&v4,
						      conf));
		return;
	}
	expect(inet_pton(AF_INET6, host, &v6.sin6_addr) == 1);
	if (IN6_IS_ADDR_LOOPBACK(&v6.sin6_addr) ||
	    IN6_IS_ADDR_LINKLOCAL(&v6.sin6_addr))
		expect(!address_may_be_called((struct sockaddr *)&v6, conf));
}

static void check(const struct url *url, struct work *work)
{
	struct url again;

	expect(text_starts(url->text, "http://") ||
	       text_starts(url->text, "https://"));
	expect(strlen(url->text) <= URL_MAX);
	fuzz_expect_clean(url->file);
	fuzz_expect_clean(url->host);
	expect(*url->host && !strpbrk(url->host, "@/?# \\"));
	expect(text_has_number(work->conf->fetch_ports, url->port));
	if (url->literal)
		check_literal(url->host, work->conf);
	expect(url_parse(&again, work, url->text));
	expect(!strcmp(again.host, url->host) && again.port == url->port);
	expect(!strcmp(again.text, url->text));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct work work = { .conf = fuzz_conf(), .pool = pool_new() };
	const char *text = pool_strndup(work.pool, (const char *)data, size);
	struct url url;

	if (url_parse(&url, &work, text))
		check(&url, &work);
	else
		expect(*work.why && (work.err == ERR_INVALID_FIELD ||
				     work.err == ERR_INTERNAL));
	pool_free(work.pool);
	return 0;
}
