/* hosts.c: lists of hosts in settings. */
#include "config.h"

#include "lib/base/hosts.h"

#include <string.h>

#include "lib/base/pool.h"
#include "lib/base/text.h"

static bool is_host(const char *word, size_t len)
{
	static const char known[] = "abcdefghijklmnopqrstuvwxyz0123456789-.";
	const size_t star = text_starts(word, "*.") ? 2 : 0;
	const char *dots = strstr(word, "..");

	return len > star && word[star] != '.' && word[len - 1] != '.' &&
	       strspn(word + star, known) == len - star &&
	       !(dots && dots < word + len);
}

bool hosts_check(const char *list)
{
	for (list += strspn(list, " "); *list; list += strspn(list, " ")) {
		const size_t len = strcspn(list, " ");

		if (!is_host(list, len))
			return false;
		list += len;
	}
	return true;
}

/* A star stands for one byte or more. */
static bool matches(const char *word, size_t len, const char *host)
{
	const size_t host_len = strlen(host);

	if (*word != '*')
		return host_len == len && !memcmp(host, word, len);
	return host_len >= len &&
	       !memcmp(host + host_len - len + 1, word + 1, len - 1);
}

bool hosts_has(const char *list, const char *host)
{
	for (list += strspn(list, " "); *list; list += strspn(list, " ")) {
		const size_t len = strcspn(list, " ");

		if (matches(list, len, host))
			return true;
		list += len;
	}
	return false;
}

const char *hosts_of_url(struct pool *pool, const char *url)
{
	const char *after = strstr(url, "://"), *port;
	char *host;

	after = after ? after + strlen("://") : url;
	host = text_lower(pool,
			  pool_strndup(pool, after, strcspn(after, "/?#")));
	port = strrchr(host, ':');
	if (port && !strchr(port, ']') && !strchr(host, '@'))
		host[port - host] = '\0';
	return host;
}
