/* site.c: pixtierctl site, which prints the site of a web server. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "admin/command.h"
#include "admin/site.h"
#include "admin/sites.h"
#include "lib/base/conf.h"
#include "lib/base/hosts.h"
#include "lib/base/pool.h"
#include "lib/base/text.h"

/* Adding a web server is adding its template to Makefile.am and a row here. A
   template has @name@ for a value. A line that begins with @condition@, or with
   several of them, is printed only if all hold. A line @part@ divides a
   template whose second part is a file of its own if base_url has a path. */
/* clang-format off */
static const struct site {
	const char *server;
	const char *template;
	enum conf_delivery delivery; /* that its template is made for */
	const char *delivery_name;
	const char *log_dir;
} sites[] = {
	{ "apache",   apache,   DELIVERY_SENDFILE, "sendfile", "/var/log/apache2" },
	{ "lighttpd", lighttpd, DELIVERY_SENDFILE, "sendfile", "/var/log/lighttpd" },
	{ "nginx",    nginx,    DELIVERY_ACCEL,    "accel",    "/var/log/nginx" },
};
/* clang-format on */

static const char part_mark[] = "@part@\n";

enum { MAX_VALUES = 28 };

struct value {
	const char *name;
	const char *text; /* of a condition: NULL if it does not hold */
};

struct page {
	struct value values[MAX_VALUES];
	size_t count;
};

static bool find_site(const struct site **site, struct work *work,
		      const char *server)
{
	const char *servers = "";

	for (size_t i = 0; i < ARRAY_LEN(sites); i++) {
		*site = &sites[i];
		if (!strcmp(server, sites[i].server))
			return true;
		servers = text_add_word(work->pool, servers, sites[i].server);
	}
	return fail(work, ERR_BAD_REQUEST, "SERVER: one of %s, not \"%s\"",
		    servers, server);
}

static const char *option_or(const struct call *call,
			     enum command_option option, const char *fallback)
{
	return call->options[option] ? call->options[option] : fallback;
}

static const char *number(struct pool *pool, long value)
{
	return pool_printf(pool, "%ld", value);
}

static void add(struct page *page, const char *name, const char *text)
{
	page->values[page->count++] = (struct value){ name, text };
}

static void add_conditions(struct page *page, const struct call *call)
{
	const bool tls = call->options[OPTION_TLS];
	const bool one = call->options[OPTION_LISTEN];
	const bool below_path = *conf_base_path(call->work->conf);

	add(page, "below_path", below_path ? "" : NULL);
	add(page, "whole_host", below_path ? NULL : "");
	add(page, "tls", tls ? "" : NULL);
	add(page, "plain", tls || below_path ? NULL : "");
	add(page, "one_address", one ? "" : NULL);
	add(page, "all_addresses", one || below_path ? NULL : "");
	add(page, "noindex",
	    call->work->conf->public_robots == ROBOTS_NOINDEX ? "" : NULL);
}

/* The path as a regular expression. Servers take several slashes for one. */
static const char *path_regex(struct pool *pool, const char *path)
{
	const char *regex = "";

	for (; *path; path++)
		regex = *path == '/' ? pool_printf(pool, "%s/+", regex)
			: *path == '.'
				? pool_printf(pool, "%s[.]", regex)
				: pool_printf(pool, "%s%c", regex, *path);
	return regex;
}

static void add_settings(struct page *page, struct pool *pool,
			 const struct conf *conf)
{
	const char *path = conf_base_path(conf);

	add(page, "path", path);
	add(page, "path_regex", path_regex(pool, path));
	add(page, "accel_prefix", conf->accel_prefix);
	add(page, "max_body", number(pool, conf->max_upload));
	add(page, "max_body_kib",
	    number(pool, (conf->max_upload + 1023) / 1024));
	add(page, "socket", conf->listen);
	add(page, "store_dir", conf->store_dir);
	add(page, "uploads_socket",
	    *conf->listen_uploads ? conf->listen_uploads : conf->listen);
}

static const char *server_name(const struct call *call)
{
	return option_or(
		call, OPTION_NAME,
		hosts_of_url(call->work->pool, call->work->conf->base_url));
}

/* Appends an alternative that matches the host: the web servers share this form
   of regular expressions. */
static const char *add_host(struct pool *pool, const char *pattern,
			    const char *host)
{
	pattern = pool_printf(pool, "%s%s", pattern, *pattern ? "|" : "");
	if (text_starts(host, "*.")) {
		pattern = pool_printf(pool, "%s[^/:@]+", pattern);
		host++;
	}
	for (; *host; host++)
		pattern = pool_printf(pool, "%s%s%c", pattern,
				      strchr(".[]", *host) ? "\\" : "", *host);
	return pattern;
}

/* The Content-Security-Policy of the pages in www/. They have no scripts and
   styles but those of their files, and call only the API. */
static void add_page_policy(struct page *page)
{
	add(page, "page_policy",
	    "default-src 'none'; script-src 'self'; style-src 'self'; "
	    "img-src 'self' data: blob:; connect-src 'self'; "
	    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'");
}

/* Checked by the settings, and has characters that other values must not
   have. */
static void add_hotlink(struct page *page, const struct call *call)
{
	const struct conf *conf = call->work->conf;
	struct pool *pool = call->work->pool;
	const char *own = hosts_of_url(pool, conf->base_url);
	const char *name = server_name(call), *host;
	const char *pattern = add_host(pool, "", own);

	if (strcmp(name, own))
		pattern = add_host(pool, pattern, name);
	for (size_t i = 0; (host = text_word(pool, conf->hotlink_hosts, i));
	     i++)
		pattern = add_host(pool, pattern, host);
	add(page, "hotlink", *conf->hotlink_hosts ? "" : NULL);
	add(page, "hotlink_hosts", pattern);
}

static void add_options(struct page *page, const struct call *call,
			const struct site *site)
{
	struct pool *pool = call->work->pool;
	const char *name = server_name(call);
	const char *certificates =
		pool_printf(pool, "/etc/letsencrypt/live/%s", name);

	add(page, "server_name", name);
	add(page, "listen", option_or(call, OPTION_LISTEN, "0.0.0.0"));
	add(page, "log_dir", option_or(call, OPTION_LOG_DIR, site->log_dir));
	add(page, "files",
	    option_or(call, OPTION_FILES,
		      pool_printf(pool, PIXTIER_DATA_DIR "/%s", site->server)));
	add(page, "www", option_or(call, OPTION_WWW, PIXTIER_DATA_DIR "/www"));
	add(page, "certificate",
	    option_or(call, OPTION_CERTIFICATE,
		      pool_printf(pool, "%s/fullchain.pem", certificates)));
	add(page, "certificate_key",
	    option_or(call, OPTION_CERTIFICATE_KEY,
		      pool_printf(pool, "%s/privkey.pem", certificates)));
}

/* Other characters mean something in the languages of web servers. */
static bool check_values(struct work *work, const struct page *page)
{
	static const char safe[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "abcdefghijklmnopqrstuvwxyz"
				   "0123456789._-/:[]+,~@";

	for (size_t i = 0; i < page->count; i++) {
		const struct value *value = &page->values[i];

		if (value->text && value->text[strspn(value->text, safe)])
			return fail(work, ERR_CONFLICT,
				    "%s: only letters, digits and ._-/:[]+,~@ "
				    "can be in a site, not \"%s\"",
				    value->name, value->text);
	}
	return true;
}

/* With a path, the site is a part of another one, which has the rest. */
static bool check_path(const struct call *call, const struct site *site)
{
	static const struct {
		enum command_option option;
		const char *name;
	} of_host[] = {
		{ OPTION_TLS, "tls" },
		{ OPTION_CERTIFICATE, "certificate" },
		{ OPTION_CERTIFICATE_KEY, "certificate-key" },
		{ OPTION_LISTEN, "listen" },
	};
	const char *path = conf_base_path(call->work->conf);

	if (call->options[OPTION_LOCATIONS] &&
	    (!*path || !strstr(site->template, part_mark)))
		return fail(call->work, ERR_CONFLICT,
			    "--locations: only nginx has a file of locations, "
			    "and only if base_url has a path");
	for (size_t i = 0; *path && i < ARRAY_LEN(of_host); i++)
		if (call->options[of_host[i].option])
			return fail(call->work, ERR_CONFLICT,
				    "--%s: base_url has the path %s, so the "
				    "server of its host decides this",
				    of_host[i].name, path);
	return true;
}

static bool check_settings(const struct call *call, const struct site *site)
{
	const struct conf *conf = call->work->conf;

	if ((enum conf_delivery)conf->delivery != site->delivery)
		return fail(call->work, ERR_CONFLICT,
			    "delivery: %s needs %s; set delivery = \"%s\"",
			    site->server, site->delivery_name,
			    site->delivery_name);
	if (!*conf->listen)
		return fail(call->work, ERR_CONFLICT,
			    "listen: the site needs the path of the socket; "
			    "set it, also if another program passes the "
			    "socket");
	return !call->options[OPTION_TLS] ||
	       text_starts(conf->base_url, "https://") ||
	       fail(call->work, ERR_CONFLICT,
		    "base_url: with --tls it must begin with https://, not "
		    "%s",
		    conf->base_url);
}

/* Returns the value whose name stands at `at` between at signs, or NULL. */
static const struct value *value_at(const struct page *page, const char *at)
{
	for (size_t i = 0; *at == '@' && i < page->count; i++) {
		const size_t len = strlen(page->values[i].name);

		if (!strncmp(at + 1, page->values[i].name, len) &&
		    at[1 + len] == '@')
			return &page->values[i];
	}
	return NULL;
}

/* Prints a line, unless a condition at its beginning does not hold. */
static void print_line(FILE *out, const struct page *page, const char *line,
		       size_t len)
{
	const char *end = line + len;
	const struct value *value;

	while ((value = value_at(page, line)) &&
	       !(value->text && *value->text)) {
		if (!value->text)
			return;
		line += strlen(value->name) + 2;
	}
	while (line < end) {
		value = value_at(page, line);
		if (value)
			fputs(value->text, out);
		else
			putc(*line, out);
		line += value ? strlen(value->name) + 2 : 1;
	}
}

const char *site_delivery(const char *server)
{
	for (size_t i = 0; i < ARRAY_LEN(sites); i++)
		if (!strcmp(server, sites[i].server))
			return sites[i].delivery_name;
	return NULL;
}

/* Returns the end of what to print, and moves `begin` to its beginning. */
static const char *find_part(const char **begin, const struct call *call)
{
	const char *end = *begin + strlen(*begin);
	const char *mark = strstr(*begin, part_mark);

	if (!mark || !*conf_base_path(call->work->conf))
		return end;
	if (!call->options[OPTION_LOCATIONS])
		return mark;
	*begin = mark + strlen(part_mark);
	return end;
}

bool site_print(FILE *out, const struct call *call, const char *server)
{
	struct page page = { 0 };
	const struct site *site;
	const char *line, *end;

	if (!find_site(&site, call->work, server) ||
	    !check_settings(call, site) || !check_path(call, site))
		return false;
	add_conditions(&page, call);
	add_settings(&page, call->work->pool, call->work->conf);
	add_options(&page, call, site);
	if (!check_values(call->work, &page))
		return false;
	add_hotlink(&page, call);
	add_page_policy(&page);
	line = site->template;
	for (end = find_part(&line, call); line < end;) {
		const size_t len = strcspn(line, "\n") + 1;

		if (!text_starts(line, part_mark))
			print_line(out, &page, line, len);
		line += len;
	}
	return true;
}

bool cmd_site_print(struct call *call)
{
	return site_print(stdout, call, call->args[0]);
}
