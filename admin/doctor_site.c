/* doctor_site.c: checks what clients get from the web server. */
#include "config.h"

#include <string.h>

#include "admin/doctor.h"
#include "lib/base/clock.h"
#include "lib/base/conf.h"
#include "lib/base/text.h"
#include "lib/net/client.h"
#include "lib/service/delivery_check.h"

/* Sites count KiB, or bytes. */
enum { LIMIT_UNIT = 1024, MICROSECONDS = 1000000 };

struct finding doctor_look_at_base_url(struct doctor *d)
{
	const char *url = d->work->conf->base_url;
	bool plain = text_starts(url, "http://");
	const char *host = strstr(url, "://") + 3;

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

/* The header has whole seconds: the clock may be almost one later. */
static struct finding look_at_date(struct doctor *d,
				   const struct client_answer *answer,
				   int64_t began)
{
	const int64_t skew =
		doctor_skew_s(answer->date * MICROSECONDS, began - MICROSECONDS,
			      clock_now_us());

	if (answer->date && skew)
		return FINDING(d, WARN,
			       "the web server's clock differs by %lld s from "
			       "this host's: run an NTP client on both",
			       (long long)skew);
	return FINDING(d, FINE, "%s passes requests to pixtier",
		       d->work->conf->base_url);
}

/* 401 can only come from pixtier. */
struct finding doctor_look_at_site(struct doctor *d)
{
	const struct conf *conf = d->work->conf;
	const int64_t began = clock_now_us();
	struct client_answer answer;

	if (!delivery_check_post(&answer, d->work, 0))
		return FINDING(
			d, BAD,
			"%s does not answer: %s; start or reload the web "
			"server, and check that base_url leads to it",
			conf->base_url, d->work->why);
	if (answer.status == 401)
		return look_at_date(d, &answer, began);
	if (answer.status >= 502 && answer.status <= 504)
		return FINDING(
			d, BAD,
			"%s answers %ld to an upload without a password, "
			"not 401: check that the web server's account "
			"may use the sockets (socket_group), that its "
			"site names them, and that responders are free",
			conf->base_url, answer.status);
	return FINDING(d, BAD,
		       "%s answers %ld to an upload without a password, not "
		       "401: print the site with `pixtierctl site`, enable it, "
		       "and check that base_url leads to it",
		       conf->base_url, answer.status);
}

/* The web server asks for a body within its limit by 100, and refuses others by
   413. pixtier itself gets nothing before the whole body. */
static bool ask_for_limit(bool *accepts, struct doctor *d, int64_t bytes)
{
	struct client_answer answer;

	if (!delivery_check_post(&answer, d->work, bytes))
		return false;
	*accepts = answer.status == 100;
	return *accepts || answer.status == 413 ||
	       fail(d->work, ERR_FETCH_FAILED, "%ld came", answer.status);
}

struct finding doctor_look_at_body_limit(struct doctor *d)
{
	const long most = d->work->conf->max_upload;
	bool accepts_most, accepts_more;

	if (!ask_for_limit(&accepts_most, d, most) ||
	    !ask_for_limit(&accepts_more, d, most + LIMIT_UNIT))
		return FINDING(d, WARN,
			       "expected 100 or 413 as the answer to an upload "
			       "that announces its length: %s; compare the web "
			       "server's limit of bodies with max_upload (%ld "
			       "bytes)",
			       d->work->why, most);
	if (!accepts_most)
		return FINDING(
			d, BAD,
			"the web server refuses bodies of max_upload "
			"(%ld bytes) with 413: print the site again with "
			"`pixtierctl site` and reload the web server",
			most);
	if (accepts_more)
		return FINDING(
			d, WARN,
			"the web server reads bodies larger than "
			"max_upload (%ld bytes), which pixtier refuses: "
			"print the site again with `pixtierctl site` and "
			"reload the web server",
			most);
	return FINDING(d, FINE, "%ld bytes, as max_upload", most);
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

#define PRINT_AGAIN                                                            \
	"print the site again with `pixtierctl site` and reload the web server"

static struct finding look_at_hotlinks(struct doctor *d,
				       const struct delivery_public *found)
{
	const bool limits = *d->work->conf->hotlink_hosts;

	if (limits && found->foreign_status == 200)
		return FINDING(d, WARN,
			       "hotlink_hosts: the web server shows public "
			       "pictures to pages of all hosts: " PRINT_AGAIN);
	if (!limits && found->foreign_status != 200)
		return FINDING(d, BAD,
			       "hotlink_hosts is empty, but the web server "
			       "answers %ld to pages of other "
			       "hosts: " PRINT_AGAIN,
			       found->foreign_status);
	if (found->refused_host)
		return FINDING(d, BAD,
			       "hotlink_hosts: the web server answers %ld to "
			       "pages of %s: " PRINT_AGAIN,
			       found->refused_status, found->refused_host);
	return FINDING(d, FINE,
		       "the web server serves them as the settings "
		       "hotlink_hosts and public_robots say");
}

/* A host that the site allows, but hotlink_hosts no longer has, is not
   found. */
struct finding doctor_look_at_public(struct doctor *d)
{
	const bool noindex = d->work->conf->public_robots == ROBOTS_NOINDEX;
	struct delivery_public found;

	if (!delivery_check_public(&found, d->work))
		return doctor_failure(d);
	if (found.status != 200)
		return FINDING(d, WARN,
			       "the web server answers %ld for a public file, "
			       "not 200, so the application has to serve "
			       "each: " PRINT_AGAIN
			       ", and check that its group may read %s "
			       "(store_group)",
			       found.status, d->work->conf->store_dir);
	if (found.noindex != noindex)
		return FINDING(d, WARN,
			       "public_robots is %s, but the web server sends "
			       "public pictures with%s the header "
			       "X-Robots-Tag: " PRINT_AGAIN,
			       noindex ? "noindex" : "index",
			       noindex ? "out" : "");
	return look_at_hotlinks(d, &found);
}
