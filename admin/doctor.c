/* doctor.c: pixtierctl doctor: checks an installation. */
#include "config.h"

#include <errno.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "admin/command.h"
#include "admin/doctor.h"
#include "admin/print.h"
#include "lib/base/account.h"
#include "lib/base/clock.h"
#include "lib/base/conf.h"
#include "lib/base/crypt.h"
#include "lib/base/json.h"
#include "lib/base/pool.h"
#include "lib/base/text.h"
#include "lib/db/db.h"
#include "lib/db/migrate.h"
#include "lib/db/remedy.h"
#include "lib/model/check.h"
#include "lib/picture/decoder.h"
#include "lib/picture/render.h"
#include "lib/service/fetch.h"
#include "lib/service/keyring.h"
#include "lib/store/store.h"

enum { MIN_PACKET = 1 << 20, MAX_SKEW_S = 2, SPARE_CONNECTIONS = 5 };

static struct finding fine(const char *text)
{
	return (struct finding){ FINE, text };
}

static struct finding failure(const struct doctor *d)
{
	return FINDING(d, BAD, "%s", d->work->why);
}

/* Versions */

static const char *own_version(void)
{
	return PACKAGE_VERSION;
}

/* Database */

static bool server_is_old(const char *version)
{
	int major = 0, minor = 0;

	if (sscanf(version, "%d.%d", &major, &minor) != 2)
		return true;
	if (strstr(version, "MariaDB"))
		return major < 10 || (major == 10 && minor < 6);
	return major < 8;
}

static struct finding look_at_server(struct doctor *d)
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

static struct finding look_at_flush(struct doctor *d)
{
	const char *value = server_value(d, "innodb_flush_log_at_trx_commit");

	if (strcmp(value, "1"))
		return FINDING(d, BAD,
			       "%s: after a power failure, uploads that were "
			       "answered can be lost; set "
			       "innodb_flush_log_at_trx_commit=1",
			       value);
	return fine("1");
}

static struct finding look_at_doublewrite(struct doctor *d)
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

static struct finding look_at_binlog(struct doctor *d)
{
	const char *value = server_value(d, "sync_binlog");
	struct check_server server;

	if (!check_server(&server, d->work))
		return failure(d);
	if (!server.has_binlog)
		return fine("no binary log");
	if (strcmp(value, "1"))
		return FINDING(d, WARN,
			       "%s: after a power failure, replicas can "
			       "differ from the server; set sync_binlog=1",
			       value);
	return fine("1");
}

static struct finding look_at_packet(struct doctor *d)
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

static struct finding look_at_connections(struct doctor *d)
{
	const struct conf *conf = d->work->conf;
	long needed = conf->responders + conf->workers + SPARE_CONNECTIONS +
		      (*conf->listen_uploads ? conf->upload_responders : 0);
	struct check_server server;

	if (!check_server(&server, d->work))
		return failure(d);
	if (server.max_connections < needed)
		return FINDING(d, BAD,
			       "%lld, but this host can open %ld "
			       "connections: raise max_connections or lower "
			       "responders, upload_responders or workers",
			       (long long)server.max_connections, needed);
	return FINDING(d, FINE, "%lld; this host can open %ld connections",
		       (long long)server.max_connections, needed);
}

static struct finding look_at_time(struct doctor *d)
{
	const char *zone = server_value(d, "time_zone");
	struct check_server server;
	int64_t skew;

	if (!check_server(&server, d->work))
		return failure(d);
	if (strcmp(zone, "+00:00"))
		return FINDING(d, BAD,
			       "the time zone of the session is %s, not "
			       "+00:00: check whether a proxy changes it",
			       zone);
	skew = (server.now - clock_now_us()) / 1000000;
	if (skew > MAX_SKEW_S || skew < -MAX_SKEW_S)
		return FINDING(d, WARN,
			       "the database's clock differs by %lld s from "
			       "this host's: run an NTP client on both",
			       (long long)skew);
	return fine("UTC, and the clocks agree");
}

static struct finding look_at_schema(struct doctor *d)
{
	struct migrations migrations;

	if (!migrate_status(&migrations, d->work))
		return failure(d);
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

/* Store */

/* The account that the programs switch to if root starts them. NULL: they run
   as the user who runs doctor. */
static const struct passwd *service_account(const struct conf *conf)
{
	return *conf->user && !geteuid() ? getpwnam(conf->user) : NULL;
}

static struct finding look_at_owner(struct doctor *d)
{
	const struct conf *conf = d->work->conf;
	const struct passwd *account = service_account(conf);
	struct stat st;

	if (*conf->user && !getpwnam(conf->user))
		return FINDING(d, BAD,
			       "user: the account %s does not exist; create "
			       "it or change the setting",
			       conf->user);
	if (stat(conf->store_dir, &st))
		return FINDING(d, BAD, "store_dir: %s: %s; make the folder",
			       conf->store_dir, strerror(errno));
	if (!S_ISDIR(st.st_mode))
		return FINDING(d, BAD, "store_dir: %s is not a folder",
			       conf->store_dir);
	if (account && account->pw_uid != st.st_uid)
		return FINDING(d, WARN,
			       "%s does not belong to %s (the setting user): "
			       "check that this account can write to it",
			       conf->store_dir, conf->user);
	if (st.st_mode & S_IWOTH)
		return FINDING(d, BAD,
			       "%s is writable by all accounts: chmod o-w",
			       conf->store_dir);
	return fine(conf->store_dir);
}

static bool write_something(struct work *work, void *arg)
{
	struct store *store = pool_alloc(work->pool, sizeof(*store));
	struct store_temp *temp;

	(void)arg;
	return store_open(store, work) && store_temp_new(&temp, work) &&
	       store_temp_write(temp, work, "?", 1);
}

static struct finding look_at_writing(struct doctor *d)
{
	return account_run(d->work, write_something, NULL) ? fine("writable")
							   : failure(d);
}

static struct finding look_at_room(struct doctor *d)
{
	const struct conf *conf = d->work->conf;
	struct statvfs fs;
	double percent, gib;

	if (statvfs(conf->store_dir, &fs))
		return FINDING(d, BAD, "%s: %s", conf->store_dir,
			       strerror(errno));
	percent = fs.f_blocks
			  ? 100.0 * (double)fs.f_bavail / (double)fs.f_blocks
			  : 0;
	gib = (double)fs.f_bavail * (double)fs.f_frsize / (1 << 30);
	if (percent < (double)conf->store_reserve)
		return FINDING(d, BAD,
			       "%.1f %% (%.1f GiB) are free, less than "
			       "store_reserve: uploads fail with 507; free "
			       "some space",
			       percent, gib);
	if (percent < 2 * (double)conf->store_reserve)
		return FINDING(d, WARN,
			       "%.1f %% (%.1f GiB) are free; below %ld %% "
			       "(store_reserve) uploads fail",
			       percent, gib, conf->store_reserve);
	return FINDING(d, FINE, "%.1f %% (%.1f GiB) are free", percent, gib);
}

static struct finding look_at_devices(struct doctor *d)
{
	const char *dir = d->work->conf->store_dir;
	struct pool *pool = d->work->pool;
	struct stat temp, objects;

	if (stat(pool_printf(pool, "%s/tmp", dir), &temp) ||
	    stat(pool_printf(pool, "%s/objects", dir), &objects))
		return errno == ENOENT ? fine("new")
				       : FINDING(d, BAD, "%s: %s", dir,
						 strerror(errno));
	if (temp.st_dev != objects.st_dev)
		return FINDING(d, BAD,
			       "%s/tmp and %s/objects are on different file "
			       "systems, so uploads cannot be moved: put "
			       "both on one",
			       dir, dir);
	return fine("tmp and objects are on one file system");
}

/* Keys, sandbox, addresses */

static struct finding look_at_keys(struct doctor *d)
{
	const char *path = d->work->conf->keys_file;
	const struct passwd *account = service_account(d->work->conf);
	struct key key;
	struct stat st;

	if (stat(path, &st))
		return FINDING(d, BAD,
			       "keys_file: %s: %s; run `pixtierctl key "
			       "rotate` and chown the file to the account of "
			       "the service",
			       path, strerror(errno));
	if (st.st_mode & (S_IRWXO | S_IWGRP))
		return FINDING(d, BAD,
			       "%s has the mode %04o: accounts that can "
			       "read it can sign links; chmod 0600",
			       path, (unsigned)(st.st_mode & 07777));
	if (account && account->pw_uid != st.st_uid &&
	    (account->pw_gid != st.st_gid || !(st.st_mode & S_IRGRP)))
		return FINDING(d, BAD,
			       "%s is not readable by %s (the setting user): "
			       "chown it",
			       path, account->pw_name);
	if (!keyring_signer(&key, d->work))
		return FINDING(d, BAD,
			       "%s; put a copy of the file back, or move it "
			       "away and run `pixtierctl key rotate`, which "
			       "invalidates all links",
			       d->work->why);
	explicit_bzero(&key.secret, sizeof(key.secret));
	return FINDING(d, FINE, "key %lld signs", (long long)key.id);
}

static struct finding judge_sandbox(const struct doctor *d, const char *sandbox,
				    const char *risk, const char *loss)
{
	const struct conf *conf = d->work->conf;
	bool sandboxed = strstr(sandbox, "seccomp");

	if (conf->sandbox == SANDBOX_OFF)
		return FINDING(d, WARN,
			       "off: nothing restricts %s; set sandbox to "
			       "required",
			       risk);
	if (!sandboxed && conf->sandbox == SANDBOX_REQUIRED)
		return FINDING(d, BAD,
			       "seccomp is not available (%s), so %s: allow "
			       "it, or set sandbox to best-effort",
			       sandbox, loss);
	if (!sandboxed)
		return FINDING(d, WARN, "seccomp is not available (%s)",
			       sandbox);
	return FINDING(d, FINE, "%s", sandbox);
}

static struct finding look_at_decoder(struct doctor *d)
{
	const char *path = d->work->conf->decoder;

	if (access(path, X_OK))
		return FINDING(d, BAD,
			       "%s: %s, so no picture can be rendered: set "
			       "decoder to the path of the program "
			       "pixtier-decoder",
			       path, strerror(errno));
	return FINDING(d, FINE, "%s", path);
}

static struct finding look_at_sandbox(struct doctor *d)
{
	return judge_sandbox(
		d, decoder_describe_sandbox(d->work->pool, d->work->conf),
		"a decoder process that a malicious picture "
		"controls",
		"no picture can be rendered");
}

static struct finding look_at_fetching(struct doctor *d)
{
	return judge_sandbox(
		d, fetch_describe_sandbox(d->work->pool, d->work->conf),
		"a fetch process that a malicious web server "
		"controls",
		"fetching and webhooks fail");
}

static struct finding look_at_base_url(struct doctor *d)
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

/* clang-format off */
static const struct look {
	const char *name;
	bool asks_server; /* skipped without a connection */
	struct finding (*look)(struct doctor *doctor);
	const char *(*version)(void); /* instead of `look` */
} looks[] = {
	{ "pixtier",                        false, NULL, own_version },
	{ "GraphicsMagick",                 false, NULL, render_library },
	{ "crypto library",                 false, NULL, crypt_library },
	{ "json-c",                         false, NULL, json_library },
	{ "libcurl",                        false, NULL, fetch_library },
	{ "database client",                false, NULL, db_client_version },
	{ "database server",                false, look_at_server, NULL },
	{ "innodb_flush_log_at_trx_commit", true,  look_at_flush, NULL },
	{ "innodb_doublewrite",             true,  look_at_doublewrite, NULL },
	{ "sync_binlog",                    true,  look_at_binlog, NULL },
	{ "max_allowed_packet",             true,  look_at_packet, NULL },
	{ "max_connections",                true,  look_at_connections, NULL },
	{ "time",                           true,  look_at_time, NULL },
	{ "schema",                         true,  look_at_schema, NULL },
	{ "store folder",                   false, look_at_owner, NULL },
	{ "store writable",                 false, look_at_writing, NULL },
	{ "store room",                     false, look_at_room, NULL },
	{ "store file system",              false, look_at_devices, NULL },
	{ "keys",                           false, look_at_keys, NULL },
	{ "decoder",                        false, look_at_decoder, NULL },
	{ "sandbox",                        false, look_at_sandbox, NULL },
	{ "sandbox of fetching",            false, look_at_fetching, NULL },
	{ "base_url",                       false, look_at_base_url, NULL },
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
		found = look->version ? fine(look->version())
				      : look->look(&doctor);
		bad += found.verdict == BAD;
		PRINT_ROW(print, cell_text(verdicts[found.verdict]),
			  cell_text(look->name), cell_text(found.text));
	}
	print_end(print);
	return !bad || fail(call->work, ERR_INTERNAL, "doctor: %d FAIL", bad);
}
