/* doctor_site.c: checks what clients get from the web server. */
#include "config.h"

#include <string.h>

#include "admin/doctor.h"
#include "lib/base/conf.h"
#include "lib/base/text.h"
#include "lib/service/delivery_check.h"

struct finding doctor_look_at_base_url(struct doctor *d)
{
	const char *url = d->work->conf->base_url;
	bool plain = text_starts(url, "http://");
	const char *host = strstr(url, "://") ? strstr(url, "://") + 3 : "";

	if (!plain && !text_starts(url, "https://"))
		return FINDING(d, BAD,
			       "%s: base_url must begin with https:// or "
			       "http://",
			       url);
	if (!*host || url[strlen(url) - 1] == '/')
		return FINDING(d, BAD,
			       "%s: base_url must be scheme, host and port, "
			       "without a slash at the end",
			       url);
	if (plain && !text_starts(host, "localhost") &&
	    !text_starts(host, "127.") && !text_starts(host, "[::1]"))
		return FINDING(d, WARN,
			       "%s: passwords and links are not encrypted; "
			       "use https",
			       url);
	if (text_starts(host, "localhost") || text_starts(host, "127."))
		return FINDING(d, WARN,
			       "%s: links work only on this host; set "
			       "base_url to the URL that clients use",
			       url);
	return FINDING(d, FINE, "%s", url);
}

struct finding doctor_look_at_delivery(struct doctor *d)
{
	const struct conf *conf = d->work->conf;

	if (delivery_check(d->work))
		return FINDING(d, FINE, "a signed picture came through %s",
			       conf->base_url);
	return FINDING(d, BAD,
		       "a signed picture did not come through %s: %s; print "
		       "the site again with `pixtierctl site`, reload the web "
		       "server, and check that its group may read %s "
		       "(store_group)",
		       conf->base_url, d->work->why, conf->store_dir);
}
