/* doctor_database.c: checks the database, its settings and its clock. */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "admin/doctor.h"
#include "lib/base/clock.h"
#include "lib/base/conf.h"
#include "lib/base/text.h"
#include "lib/db/migrate.h"
#include "lib/db/remedy.h"
#include "lib/model/check.h"

enum { MIN_PACKET = 1 << 20, SPARE_CONNECTIONS = 5 };

static bool server_is_old(const char *version)
{
	int major = 0, minor = 0;

	if (sscanf(version, "%d.%d", &major, &minor) != 2)
		return true;
	if (strstr(version, "MariaDB"))
		return major < 10 || (major == 10 && minor < 6);
	return major < 8;
}

struct finding doctor_look_at_server(struct doctor *d)
{
	int len;

	if (!d->server)
		return FINDING(d, BAD, "%s %s", d->work->why,
			       remedy_text(d->work));
	len = (int)strcspn(d->server, " ");
	if (server_is_old(d->server))
		return FINDING(d, BAD,
			       "%.*s is too old: upgrade to MariaDB 10.6 or "
			       "MySQL 8.0 or later",
			       len, d->server);
	return FINDING(d, FINE, "%.*s", len, d->server);
}

/* The value of "name=value" in d->server. */
static const char *server_value(const struct doctor *d, const char *name)
{
	size_t len = strlen(name);

	for (const char *at = strchr(d->server, ' '); at; at = strchr(at, ' '))
		if (!strncmp(++at, name, len) && at[len] == '=')
			return pool_strndup(d->work->pool, at + len + 1,
					    strcspn(at + len + 1, " "));
	return "";
}

struct finding doctor_look_at_flush(struct doctor *d)
{
	const char *value = server_value(d, "innodb_flush_log_at_trx_commit");

	if (strcmp(value, "1"))
		return FINDING(d, BAD,
			       "%s: after a power failure, uploads that were "
			       "answered can be lost; set "
			       "innodb_flush_log_at_trx_commit=1",
			       value);
	return doctor_fine("1");
}

struct finding doctor_look_at_doublewrite(struct doctor *d)
{
	const char *value = server_value(d, "innodb_doublewrite");

	if (!strcmp(value, "0") || !strcasecmp(value, "off"))
		return FINDING(d, WARN,
			       "%s: a power failure can leave pages "
			       "half-written; set innodb_doublewrite=ON "
			       "unless the file system writes whole pages",
			       value);
	return FINDING(d, FINE, "%s", value);
}

struct finding doctor_look_at_binlog(struct doctor *d)
{
	const char *value = server_value(d, "sync_binlog");
	struct check_server server;

	if (!check_server(&server, d->work))
		return doctor_failure(d);
	if (!server.has_binlog)
		return doctor_fine("no binary log");
	if (strcmp(value, "1"))
		return FINDING(d, WARN,
			       "%s: after a power failure, replicas can "
			       "differ from the server; set sync_binlog=1",
			       value);
	return doctor_fine("1");
}

struct finding doctor_look_at_packet(struct doctor *d)
{
	const char *value = server_value(d, "max_allowed_packet");
	int64_t bytes;

	if (!text_int(&bytes, value, MIN_PACKET, INT64_MAX))
		return FINDING(d, BAD,
			       "%s: migrations need 1 MiB; set "
			       "max_allowed_packet=16M",
			       value);
	return FINDING(d, FINE, "%s bytes", value);
}

struct finding doctor_look_at_connections(struct doctor *d)
{
	const struct conf *conf = d->work->conf;
	long needed = conf->responders + conf->workers + SPARE_CONNECTIONS +
		      (*conf->listen_uploads ? conf->upload_responders : 0);
	struct check_server server;

	if (!check_server(&server, d->work))
		return doctor_failure(d);
	if (server.max_connections < needed)
		return FINDING(d, BAD,
			       "%lld, but this host can open %ld "
			       "connections: raise max_connections or lower "
			       "responders, upload_responders or workers",
			       (long long)server.max_connections, needed);
	return FINDING(d, FINE, "%lld; this host can open %ld connections",
		       (long long)server.max_connections, needed);
}

struct finding doctor_look_at_time(struct doctor *d)
{
	const char *zone = server_value(d, "time_zone");
	const int64_t began = clock_now_us();
	struct check_server server;
	int64_t skew;

	if (!check_server(&server, d->work))
		return doctor_failure(d);
	if (strcmp(zone, "+00:00"))
		return FINDING(d, BAD,
			       "the time zone of the session is %s, not "
			       "+00:00: check whether a proxy changes it",
			       zone);
	skew = doctor_skew_s(server.now, began, clock_now_us());
	if (skew)
		return FINDING(d, WARN,
			       "the database's clock differs by %lld s from "
			       "this host's: run an NTP client on both",
			       (long long)skew);
	return doctor_fine("UTC, and the clocks agree");
}

struct finding doctor_look_at_schema(struct doctor *d)
{
	struct migrations migrations;

	if (!migrate_status(&migrations, d->work))
		return doctor_failure(d);
	if (migrations.pending)
		return FINDING(d, BAD,
			       "%zu of %zu migrations are missing: run "
			       "`pixtierctl schema apply`",
			       migrations.pending, migrations.count);
	for (size_t i = 0; i < migrations.count; i++)
		if (migrations.list[i].changed)
			return FINDING(d, BAD,
				       "%s was changed after it was applied: "
				       "restore the released file",
				       migrations.list[i].name);
	return FINDING(d, FINE, "all %zu migrations are applied",
		       migrations.count);
}
