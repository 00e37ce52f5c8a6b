/* conf.c: the settings, each declared once. */
#include "config.h"

#include "lib/base/conf.h"

#include <ctype.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/conf_file.h"
#include "lib/base/memory_budget.h"
#include "lib/base/pool.h"
#include "lib/base/setting.h"

/* clang-format off */
#define ROW(type, field, fallback, min, max, choices, meaning) \
	{ #field, SETTING_##type, offsetof(struct conf, field), fallback, min, max, choices, meaning }
#define TEXT_ROW(field, fallback, meaning)                ROW(TEXT, field, fallback, 0, 0, NULL, meaning)
#define SECRET_ROW(field, fallback, meaning)              ROW(SECRET, field, fallback, 0, 0, NULL, meaning)
#define NUMBER_ROW(field, fallback, min, max, meaning)    ROW(NUMBER, field, fallback, min, max, NULL, meaning)
#define NUMBERS_ROW(field, fallback, min, max, meaning)   ROW(NUMBERS, field, fallback, min, max, NULL, meaning)
#define OCTAL_ROW(field, fallback, min, max, meaning)     ROW(OCTAL, field, fallback, min, max, NULL, meaning)
#define CHOICE_ROW(field, fallback, choices, meaning)     ROW(CHOICE, field, fallback, 0, 0, choices, meaning)
#define BLOCKS_ROW(field, fallback, meaning)              ROW(BLOCKS, field, fallback, 0, 0, NULL, meaning)
#define PORTS_ROW(field, fallback, meaning)               ROW(PORTS, field, fallback, 0, 0, NULL, meaning)
#define WORDS_ROW(field, words, meaning)                  ROW(WORDS, field, words, 0, 0, words, meaning)

static const struct setting settings[] = {
	TEXT_ROW(base_url, "http://localhost", "URL at which clients reach the service: scheme, host and port, without a slash at the end. Every URL that the service returns begins with it."),
	NUMBER_ROW(display_ttl, "3600", 60, 604800, "Seconds for which the picture URLs in answers are valid at least; they are valid at most twice as long."),
	TEXT_ROW(cors_origins, "", "Origins whose pages may use the API from browsers, such as https://www.example.org, with spaces between; * for all. Such pages need a token: the session cookie does not work for other sites. Empty: none."),

	WORDS_ROW(dialects, "image_api imagify thumbnail_generator resize_tasks thumbnails", "Older services whose APIs are served, so that their clients need no change but this host's name."),

	TEXT_ROW(listen, "", "Path of the unix socket for the web server. Empty: use the sockets of LISTEN_FDS, or file descriptor 0."),
	TEXT_ROW(listen_uploads, "", "Path of a second socket, for uploads, so that many uploads at once do not delay other requests. Empty: one socket serves both."),
	OCTAL_ROW(socket_mode, "0660", 0600, 0666, "Permissions of the sockets. A program that can write to them can act as the web server."),
	NUMBER_ROW(responders, "4", 1, 512, "Processes that answer requests on the first socket."),
	NUMBER_ROW(upload_responders, "4", 1, 512, "Processes that answer requests on the second socket."),
	NUMBER_ROW(queue_seconds, "5", 1, 60, "Seconds that requests may wait for a responder, by estimate. While the estimate is longer, requests get 503."),
	NUMBER_ROW(user_share, "50", 1, 100, "Per cent of a socket's responders that may work for one user at once while requests wait for longer than a second. Beyond that, the user's requests get 429."),
	NUMBER_ROW(workers, "2", 1, 256, "Processes of pixtier-worker that run jobs."),
	NUMBER_ROW(stop_timeout, "30", 1, 3600, "Seconds that a stop or a reload waits for requests and jobs that already run."),
	TEXT_ROW(user, "", "Account to run as if root starts the program. Empty: keep the account."),
	TEXT_ROW(run_dir, "", "Folder for pixtier-fcgi.pid and pixtier-worker.pid, the process ids of the supervisors. Empty: no such files."),

	TEXT_ROW(db_socket, "", "Path of the database's unix socket. Empty: connect to db_host."),
	TEXT_ROW(db_host, "localhost", "Host of the database."),
	NUMBER_ROW(db_port, "3306", 1, 65535, "Port of the database."),
	TEXT_ROW(db_user, "pixtier", "Database account."),
	SECRET_ROW(db_password, "", "Password of the database account. Empty: none, as with unix_socket authentication."),
	TEXT_ROW(db_name, "pixtier", "Name of the database (schema)."),
	TEXT_ROW(db_tls_ca, "", "File of the certificates (PEM) that must sign the certificate of the database. Empty: TLS is not required."),
	NUMBER_ROW(db_connect_timeout, "2", 1, 60, "Seconds to wait for a connection to the database."),
	NUMBER_ROW(db_timeout, "5", 1, 300, "Seconds to wait for an answer from the database."),

	TEXT_ROW(store_dir, "/var/lib/pixtier", "Folder of the picture files; the web server reads it."),
	NUMBER_ROW(store_reserve, "5", 0, 90, "Per cent of the file system to keep free. An upload that would use it gets 507."),
	NUMBER_ROW(derived_max_bytes, "0", 0, 1125899906842624, "Bytes that the files made from originals (variants) may have together. Beyond that, the least recently used ones are deleted; they are made again on request. 0: no limit."),
	CHOICE_ROW(delivery, "accel", "accel sendfile", "How the web server sends pictures: accel (X-Accel-Redirect, nginx) or sendfile (X-Sendfile, lighttpd and Apache)."),
	TEXT_ROW(accel_prefix, "/_store/", "The web server's internal location for store_dir, with a slash at both ends. Below it, whole/ serves the same files without ranges."),
	TEXT_ROW(keys_file, "/etc/pixtier/keys", "File of the keys that sign links and JSON Web Tokens. `pixtierctl key rotate` creates it."),
	TEXT_ROW(schema_dir, PIXTIER_SCHEMA_DIR, "Folder of the schema migrations."),

	NUMBER_ROW(max_upload, "67108864", 1024, 4294967296, "Bytes of the largest request body."),
	NUMBER_ROW(max_pixels, "200000000", 1000, 2000000000, "Pixels of the largest picture that a tier may allow. Of an animation, all frames count; beyond the limit, its thumbnails show the first frame."),
	NUMBER_ROW(max_side, "65535", 64, 65535, "Pixels of the longest side of a picture."),
	NUMBER_ROW(max_scans, "100", 1, 1000, "Scans that a progressive JPEG may have; each costs a pass over the picture."),
	NUMBER_ROW(request_timeout, "30", 1, 3600, "Seconds that reading a request from the web server may take."),
	NUMBER_ROW(anonymous_pending_seconds, "300", 0, 1000000, "Estimated seconds of rendering that jobs of clients without an account may need together, waiting or running, for all addresses. Beyond that, such clients get 429. 0: no limit. In addition, each address has the max_pending_seconds of its tier."),
	NUMBER_ROW(address_requests_per_minute, "0", 0, 1000000, "Requests a minute from one address (of IPv6, one /64), authenticated or not. 0: no limit. The limits of users are in their tiers."),

	NUMBER_ROW(sync_budget_ms, "300", 0, 60000, "Estimated milliseconds of rendering up to which an upload waits for its thumbnails. Above, a job makes them; a job also takes over a picture that has used three times as much CPU time."),
	NUMBER_ROW(jpeg_quality, "85", 1, 100, "Quality of JPEG thumbnails."),
	NUMBER_ROW(webp_quality, "80", 1, 100, "Quality of WebP thumbnails."),
	CHOICE_ROW(engine, "fast", "fast graphicsmagick", "What resizes pictures: fast (pixtier's own code, in 8 bits, row by row) or graphicsmagick (ResizeImage of GraphicsMagick, several times slower; the reference for tests)."),
	CHOICE_ROW(negotiate, "off", "off on", "Whether a thumbnail of a JPEG or PNG picture is WebP if the request names no format and its Accept header contains image/webp."),
	CHOICE_ROW(sandbox, "required", "required best-effort off", "Whether decoder processes, and the child processes that fetch URLs and send webhooks, may run without the system-call filter: required (never), best-effort (only if the kernel has no such filter), off (always)."),
	NUMBER_ROW(painter_memory_request, "512", 64, 65536, "MiB of memory of a decoder process that works for a request."),
	NUMBER_ROW(painter_memory_worker, "2048", 64, 65536, "MiB of memory of a decoder process that works for a job."),
	NUMBER_ROW(decoder_memory_total, "0", 0, 16777216, "MiB of memory that the decoder processes of all responders and workers of this host may use together, by estimate. Pictures wait until there is enough. One picture may need at most seven eighths of it. 0: half of the memory of the machine or of the control group, whichever is less."),
	NUMBER_ROW(painter_seconds_request, "5", 1, 60, "Seconds that a decoder process may take for a picture while a request waits; after that, a job renders the picture."),
	NUMBER_ROW(painter_seconds_worker, "60", 1, 3600, "Seconds of CPU time that a decoder process may use for a picture in a worker. A decoder process that sends no answer for this long is ended too, and the picture is tried again."),
	NUMBER_ROW(painter_pictures, "64", 1, 10000, "Pictures of one user that a decoder process renders before a new process replaces it. A decoder process never renders pictures of two users. 1: a new process for each picture."),
	NUMBER_ROW(idle_decoders, "64", 0, 256, "Decoder processes of all responders together, and of all workers, that wait for the next picture of their user. Beyond that, the one that has waited longest ends. 0: none waits."),
	NUMBER_ROW(idle_decoders_memory, "512", 1, 65536, "MiB of memory that the waiting decoder processes of all responders together, and of all workers, may use, in addition to decoder_memory_total."),
	TEXT_ROW(decoder, PIXTIER_DECODER, "Path of the program pixtier-decoder, which forks the decoder processes."),

	BLOCKS_ROW(fetch_allow, "", "Addresses that may be fetched from although they are private or otherwise special, such as a host on your own network."),
	BLOCKS_ROW(fetch_deny, "", "Addresses that are never fetched from, in addition to special ones. fetch_deny overrides fetch_allow."),
	PORTS_ROW(fetch_ports, "80 443", "Ports that may be fetched from."),
	NUMBER_ROW(fetch_connect_timeout, "5", 1, 60, "Seconds to wait for a connection to the host of a URL."),
	NUMBER_ROW(fetch_timeout, "30", 1, 600, "Seconds that fetching a URL may take in total."),
	TEXT_ROW(fetch_tls_ca, "", "File of the certificates (PEM) that must sign those of https hosts: those of the system and your own in one file, or only your own. Empty: those of the system."),

	NUMBER_ROW(job_lease, "60", 1, 3600, "Seconds without a heartbeat of a worker after which another worker gets its job."),
	NUMBER_ROW(job_attempts, "3", 1, 20, "Attempts after which a job fails."),
	NUMBER_ROW(job_retry, "2", 0, 3600, "Seconds before a job's second attempt; doubled before each later one."),
	NUMBER_ROW(worker_poll_ms, "215", 50, 60000, "Milliseconds after which an idle worker checks the queue again."),
	NUMBER_ROW(sweep_grace, "3600", 1, 604800, "Seconds before a file that no database row refers to is deleted."),

	NUMBERS_ROW(webhook_retries, "5 300 1800 7200 18000 36000", 0, 604800, "Seconds from each failed attempt to deliver a webhook to the next, plus up to a fifth. After the last attempt, the delivery has failed. Tests set this to zeros."),
	NUMBER_ROW(webhook_timeout, "10", 1, 60, "Seconds that a webhook's receiver may take to answer."),
	NUMBER_ROW(webhook_concurrency, "2", 1, 256, "Messages that are sent to one receiver (a host) at once. At least one worker always stays free for other receivers."),
	NUMBER_ROW(webhook_keep_days, "30", 1, 3650, "Days that ended deliveries stay in the log."),

	NUMBER_ROW(password_cost, "5", 1, 11, "Cost of yescrypt password hashes. Cost 5 takes 16 MiB and about 20 ms; each step doubles both. A wrong password also costs one hash of every other kind and cost that users still have."),
	NUMBER_ROW(password_jobs, "2", 1, 64, "Passwords that all responders together hash at once. A login that waits longer than two seconds gets 429."),
	NUMBER_ROW(login_failures_user, "20", 0, 1000000, "Wrong passwords that are allowed at once for one user name from one address (of IPv6, one /64). They refill evenly within login_window. 0: no limit. Tokens and sessions are not affected."),
	NUMBER_ROW(login_failures_address, "100", 0, 1000000, "The same for one address and all user names. Users that logged in from it within 30 days are not affected."),
	NUMBER_ROW(login_failures_name, "200", 0, 1000000, "Wrong passwords that are allowed at once for one user name from all addresses. They refill by one a second, so that nobody can lock a user out. Addresses from which the user logged in within 30 days are not affected. 0: no limit."),
	NUMBER_ROW(login_window, "900", 1, 86400, "Seconds after which a wrong password no longer counts."),
	NUMBER_ROW(login_responders, "0", 0, 512, "Responders of each socket that may check passwords at once for clients that have not logged in recently. Beyond that, such clients get 429. 0: half of them."),
	NUMBER_ROW(session_ttl, "43200", 60, 31536000, "Lifetime of a browser's session, in seconds."),
	NUMBER_ROW(jwt_access_ttl, "54000", 60, 31536000, "Lifetime of image_api access tokens (JSON Web Tokens), in seconds."),
	NUMBER_ROW(jwt_refresh_ttl, "864000", 60, 31536000, "Lifetime of image_api refresh tokens, in seconds. A new password ends a token earlier, and so does retiring the key that signed it."),

	CHOICE_ROW(log_to, "stderr", "stderr syslog", "Destination of the log."),
	CHOICE_ROW(log_format, "json", "text json", "Format of each line of the log: text or a JSON object."),
	CHOICE_ROW(log_level, "info", "error info debug", "What is logged: error (only failures), info (also requests and jobs), debug."),
};
/* clang-format on */

void conf_init(struct conf *conf)
{
	struct work work = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(settings); i++)
		if (!setting_set(&settings[i], conf, &work,
				 settings[i].fallback, "default"))
			abort();
}

static const char *environment_name(struct pool *pool, const char *name)
{
	char *variable = pool_printf(pool, "PIXTIER_%s", name);

	for (char *at = variable; *at; at++)
		*at = (char)toupper((unsigned char)*at);
	return variable;
}

static bool read_environment(struct conf *conf, struct work *work)
{
	for (size_t i = 0; i < ARRAY_LEN(settings); i++) {
		const char *variable =
			environment_name(work->pool, settings[i].name);
		const char *value = getenv(variable);

		if (value &&
		    !setting_set(&settings[i], conf, work,
				 pool_strdup(work->pool, value), variable))
			return false;
	}
	return true;
}

bool conf_load(struct conf *conf, struct work *work, const char *file)
{
	conf_init(conf);
	return (!file || conf_file_read(conf, work, file, settings,
					ARRAY_LEN(settings))) &&
	       read_environment(conf, work);
}

void conf_measure(struct conf *conf)
{
	if (!conf->decoder_memory_total)
		conf->decoder_memory_total = memory_budget_default_mib();
}

void conf_each(const struct conf *conf, struct pool *pool,
	       void (*visit)(const struct conf_row *row, void *arg), void *arg)
{
	for (size_t i = 0; i < ARRAY_LEN(settings); i++) {
		const struct setting *s = &settings[i];
		struct conf_row row = { s->name, setting_type_text(s, pool),
					s->fallback,
					setting_value_text(s, pool, conf),
					s->meaning };

		visit(&row, arg);
	}
}

/* Prints a comment of at most 78 columns a line. */
static void print_comment(FILE *out, const char *text)
{
	int column = 0;

	while (*text) {
		int word = (int)strcspn(text, " ");

		if (!column || column + 1 + word > 78) {
			fprintf(out, "%s#", column ? "\n" : "");
			column = 1;
		}
		fprintf(out, " %.*s", word, text);
		column += 1 + word;
		text += word;
		text += strspn(text, " ");
	}
	fputc('\n', out);
}

static void print_row(const struct conf_row *row, void *out)
{
	print_comment(out, row->meaning);
	fprintf(out, "# (%s)\n#%s = \"%s\"\n\n", row->type, row->name,
		row->fallback);
}

void conf_print_reference(FILE *out)
{
	struct pool *pool = pool_new();
	struct conf conf;

	conf_init(&conf);
	fputs("# The settings of pixtier and their defaults. The environment "
	      "overrides the\n# file: PIXTIER_NAME for the setting name.\n\n",
	      out);
	conf_each(&conf, pool, print_row, out);
	pool_free(pool);
}
