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

/* clang-format off */
static const struct look {
	const char *name;
	bool asks_server; /* skipped without a connection */
	doctor_look *look;
	const char *(*version)(void); /* instead of `look` */
} looks[] = {
	{ "pixtier",                        false, NULL, own_version },
	{ "GraphicsMagick",                 false, NULL, render_library },
	{ "crypto library",                 false, NULL, crypt_library },
	{ "json-c",                         false, NULL, json_library },
	{ "libcurl",                        false, NULL, fetch_library },
	{ "database client",                false, NULL, db_client_version },
	{ "database server",                false, doctor_look_at_server, NULL },
	{ "innodb_flush_log_at_trx_commit", true,  doctor_look_at_flush, NULL },
	{ "innodb_doublewrite",             true,  doctor_look_at_doublewrite, NULL },
	{ "sync_binlog",                    true,  doctor_look_at_binlog, NULL },
	{ "max_allowed_packet",             true,  doctor_look_at_packet, NULL },
	{ "max_connections",                true,  doctor_look_at_connections, NULL },
	{ "time",                           true,  doctor_look_at_time, NULL },
	{ "schema",                         true,  doctor_look_at_schema, NULL },
	{ "store folder",                   false, doctor_look_at_owner, NULL },
	{ "store writable",                 false, doctor_look_at_writing, NULL },
	{ "store room",                     false, doctor_look_at_room, NULL },
	{ "store file system",              false, doctor_look_at_devices, NULL },
	{ "keys",                           false, doctor_look_at_keys, NULL },
	{ "decoder",                        false, doctor_look_at_decoder, NULL },
	{ "sandbox",                        false, doctor_look_at_sandbox, NULL },
	{ "sandbox of fetching",            false, doctor_look_at_fetching, NULL },
	{ "base_url",                       false, doctor_look_at_base_url, NULL },
	{ "socket",                         false, doctor_look_at_socket, NULL },
	{ "socket of uploads",              false, doctor_look_at_uploads_socket, NULL },
	{ "workers",                        true,  doctor_look_at_workers, NULL },
	{ "delivery",                       true,  doctor_look_at_delivery, NULL },
};
/* clang-format on */

bool cmd_doctor_run(struct call *call)
{
	static const char *const columns[] = { "verdict", "what", "finding",
					       NULL };
	static const char *const verdicts[] = { "ok", "warn", "FAIL" };
	struct print *print = print_table(call, columns);
	struct doctor doctor = { .work = call->work };
	int bad = 0;

	doctor.server = db_server_version(call->work);
	for (size_t i = 0; i < ARRAY_LEN(looks); i++) {
		const struct look *look = &looks[i];
		struct finding found;

		if (look->asks_server && !doctor.server)
			continue;
		found = look->version ? doctor_fine(look->version())
				      : look->look(&doctor);
		bad += found.verdict == BAD;
		PRINT_ROW(print, cell_text(verdicts[found.verdict]),
			  cell_text(look->name), cell_text(found.text));
	}
	print_end(print);
	return !bad || fail(call->work, ERR_INTERNAL, "doctor: %d FAIL", bad);
}
