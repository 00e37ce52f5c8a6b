/* doctor.c: pixtierctl doctor: checks an installation. */
#include "config.h"

#include "admin/command.h"
#include "admin/doctor.h"
#include "admin/print.h"
#include "lib/base/crypt.h"
#include "lib/base/json.h"
#include "lib/db/db.h"
#include "lib/picture/render.h"
#include "lib/service/fetch.h"

/* A greater difference of clocks matters. */
enum { MAX_SKEW_S = 2, MICROSECONDS = 1000000 };

struct finding doctor_fine(const char *text)
{
	return (struct finding){ FINE, text };
}

struct finding doctor_failure(const struct doctor *d)
{
	return FINDING(d, BAD, "%s", d->work->why);
}

static const char *own_version(void)
{
	return PACKAGE_VERSION;
}

int64_t doctor_skew_s(int64_t at, int64_t from, int64_t to)
{
	const int64_t skew_us = at < from ? at - from : at > to ? at - to : 0;
	const int64_t skew_s = skew_us / MICROSECONDS;

	return skew_s > MAX_SKEW_S || skew_s < -MAX_SKEW_S ? skew_s : 0;
}

/* What checks may need. If a check fails, those that need its part are skipped:
   they would fail for the same reason. */
enum {
	DATABASE = 1 << 0,
	SCHEMA = 1 << 1,
	FOLDER = 1 << 2,
	STORE = 1 << 3,
	KEYS = 1 << 4,
	FETCHING = 1 << 5,
	BASE_URL = 1 << 6,
	SOCKET = 1 << 7,
	SITE = 1 << 8,
};

/* clang-format off */
static const struct look {
	const char *name;
	unsigned part, needs;
	doctor_look *look;
	const char *(*version)(void); /* instead of `look` */
} looks[] = {
	{ "pixtier",                        0,        0,                     NULL, own_version },
	{ "GraphicsMagick",                 0,        0,                     NULL, render_library },
	{ "crypto library",                 0,        0,                     NULL, crypt_library },
	{ "json-c",                         0,        0,                     NULL, json_library },
	{ "libcurl",                        0,        0,                     NULL, fetch_library },
	{ "database client",                0,        0,                     NULL, db_client_version },
	{ "database server",                DATABASE, 0,                     doctor_look_at_server, NULL },
	{ "innodb_flush_log_at_trx_commit", 0,        DATABASE,              doctor_look_at_flush, NULL },
	{ "innodb_doublewrite",             0,        DATABASE,              doctor_look_at_doublewrite, NULL },
	{ "sync_binlog",                    0,        DATABASE,              doctor_look_at_binlog, NULL },
	{ "max_allowed_packet",             0,        DATABASE,              doctor_look_at_packet, NULL },
	{ "max_connections",                0,        DATABASE,              doctor_look_at_connections, NULL },
	{ "time",                           0,        DATABASE,              doctor_look_at_time, NULL },
	{ "schema",                         SCHEMA,   DATABASE,              doctor_look_at_schema, NULL },
	{ "store folder",                   FOLDER,   0,                     doctor_look_at_owner, NULL },
	{ "store room",                     0,        FOLDER,                doctor_look_at_room, NULL },
	{ "store writable",                 STORE,    FOLDER,                doctor_look_at_writing, NULL },
	{ "store file system",              STORE,    FOLDER,                doctor_look_at_devices, NULL },
	{ "keys",                           KEYS,     0,                     doctor_look_at_keys, NULL },
	{ "decoder",                        0,        0,                     doctor_look_at_decoder, NULL },
	{ "shared memory",                  0,        0,                     doctor_look_at_memory, NULL },
	{ "sandbox",                        0,        0,                     doctor_look_at_sandbox, NULL },
	{ "sandbox of fetching",            FETCHING, 0,                     doctor_look_at_fetching, NULL },
	{ "base_url",                       BASE_URL, 0,                     doctor_look_at_base_url, NULL },
	{ "socket",                         SOCKET,   0,                     doctor_look_at_socket, NULL },
	{ "socket of uploads",              SOCKET,   0,                     doctor_look_at_uploads_socket, NULL },
	{ "workers",                        0,        SCHEMA,                doctor_look_at_workers, NULL },
	{ "web server",                     SITE,     FETCHING | BASE_URL | SOCKET, doctor_look_at_site, NULL },
	{ "body limit",                     0,        SITE,                  doctor_look_at_body_limit, NULL },
	{ "pages",                          0,        SITE,                  doctor_look_at_pages, NULL },
	{ "public pictures",                0,        STORE | SITE,          doctor_look_at_public, NULL },
	{ "delivery",                       0,        SCHEMA | STORE | KEYS | SITE, doctor_look_at_delivery, NULL },
};
/* clang-format on */

static struct finding look_at(struct doctor *d, const struct look *look)
{
	return look->version ? doctor_fine(look->version()) : look->look(d);
}

/* The finding of a check that needs these parts, of which a check before `end`
   failed or was skipped itself. */
static struct finding skip(const struct doctor *d,
			   const struct finding *findings, size_t end,
			   unsigned parts)
{
	size_t i = 0;

	while (i + 1 < end &&
	       !(findings[i].verdict >= BAD && looks[i].part & parts))
		i++;
	if (findings[i].verdict == SKIPPED)
		return findings[i];
	return FINDING(d, SKIPPED, "not checked before \"%s\" is ok",
		       looks[i].name);
}

bool cmd_doctor_run(struct call *call)
{
	static const char *const columns[] = { "verdict", "what", "finding",
					       NULL };
	static const char *const verdicts[] = { "ok", "warn", "FAIL", "skip" };
	struct print *print = print_table(call, columns);
	struct doctor doctor = { .work = call->work };
	struct finding findings[ARRAY_LEN(looks)] = { 0 };
	unsigned broken = 0;
	int bad = 0;

	doctor.server = db_server_version(call->work);
	for (size_t i = 0; i < ARRAY_LEN(looks); i++) {
		findings[i] =
			looks[i].needs & broken
				? skip(&doctor, findings, i, looks[i].needs)
				: look_at(&doctor, &looks[i]);
		bad += findings[i].verdict == BAD;
		if (findings[i].verdict >= BAD)
			broken |= looks[i].part;
		PRINT_ROW(print, cell_text(verdicts[findings[i].verdict]),
			  cell_text(looks[i].name),
			  cell_text(findings[i].text));
	}
	print_end(print);
	return !bad || fail(call->work, ERR_INTERNAL, "doctor: %d FAIL", bad);
}
