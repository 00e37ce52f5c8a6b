#ifndef LIB_BASE_HOSTS_H
#define LIB_BASE_HOSTS_H

#include <stdbool.h>

struct pool;

/* Lists of hosts, in lower case, with spaces between. "*.example.org" stands
   for all hosts below example.org. */

/* Whether every word of the list has this form. */
bool hosts_check(const char *list);

/* Whether the list has the host, which is in lower case. */
bool hosts_has(const char *list, const char *host);

/* Returns the host of a URL in lower case, without the port. It has an "@" if
   the URL has a user name. */
const char *hosts_of_url(struct pool *pool, const char *url);

#endif
