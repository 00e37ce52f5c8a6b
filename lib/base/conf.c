/* conf.c: the settings, each declared once. */
#include "config.h"

#include "lib/base/conf.h"

#include <ctype.h>
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/base_url.h"
#include "lib/base/conf_file.h"
#include "lib/base/pool.h"
#include "lib/base/setting.h"

/* clang-format off */
#define ROW(type, field, fallback, min, max, choices, meaning) \
	{ #field, SETTING_##type, offsetof(struct conf, field), fallback, min, max, choices, meaning, NULL }
#define TEXT_ROW(field, fallback, meaning)                ROW(TEXT, field, fallback, 0, 0, NULL, meaning)
#define SECRET_ROW(field, fallback, meaning)              ROW(SECRET, field, fallback, 0, 0, NULL, meaning)
#define NUMBER_ROW(field, fallback, min, max, meaning)    ROW(NUMBER, field, fallback, min, max, NULL, meaning)
#define SECONDS_ROW(field, fallback, min, max, meaning)   ROW(SECONDS, field, fallback, min, max, NULL, meaning)
#define SECONDS_LIST_ROW(field, fallback, min, max, meaning) ROW(SECONDS_LIST, field, fallback, min, max, NULL, meaning)
#define OCTAL_ROW(field, fallback, min, max, meaning)     ROW(OCTAL, field, fallback, min, max, NULL, meaning)
#define CHOICE_ROW(field, fallback, choices, meaning)     ROW(CHOICE, field, fallback, 0, 0, choices, meaning)
#define BLOCKS_ROW(field, fallback, meaning)              ROW(BLOCKS, field, fallback, 0, 0, NULL, meaning)
#define PORTS_ROW(field, fallback, meaning)               ROW(PORTS, field, fallback, 0, 0, NULL, meaning)
#define BASE_URL_ROW(field, fallback, meaning)            ROW(BASE_URL, field, fallback, 0, 0, NULL, meaning)
#define HOSTS_ROW(field, fallback, meaning)               ROW(HOSTS, field, fallback, 0, 0, NULL, meaning)
#define WORDS_ROW(field, words, meaning)                  ROW(WORDS, field, words, 0, 0, words, meaning)
#define OLD_ROW(old, field, min, max) \
	{ #old, SETTING_NUMBER, offsetof(struct conf, field), NULL, min, max, NULL, NULL, #field }

/* Old names come first: where a file has both, the new one counts. */
static const struct setting settings[] = {
	OLD_ROW(painter_memory_request, decoder_memory_request, 64, 65536),
	OLD_ROW(painter_memory_worker, decoder_memory_worker, 64, 65536),
	OLD_ROW(painter_seconds_request, decoder_seconds_request, 1, 60),
	OLD_ROW(painter_seconds_worker, decoder_seconds_worker, 1, 3600),
	OLD_ROW(painter_pictures, decoder_pictures, 1, 10000),

	BASE_URL_ROW(base_url, "http://localhost", "URL at which clients reach the service: scheme, host and port, and perhaps a path such as /pictures, without a slash at the end. Every URL in a response begins with it, and every request must be below the path."),
	SECONDS_ROW(display_ttl, "3600", 60, 604800, "Lifetime of the picture URLs in responses, in seconds: a URL is valid for at least this long and at most twice as long."),
	TEXT_ROW(cors_origins, "", "Origins whose pages may use the API from browsers, such as https://www.example.org, separated by spaces; * allows all. These pages must send a token: cookies work only for pages of the service itself. Empty: none."),

	CHOICE_ROW(public_robots, "noindex", "noindex index", "Whether search engines may index public pictures: noindex (no: their answers have X-Robots-Tag, and robots.txt forbids them) or index. The site of the web server has it too: print it again after a change."),
	NUMBER_ROW(public_gone_days, "90", 1, 3650, "Number of days that the public addresses of a deleted image answer 410; after that, they answer 404 like addresses that never existed."),
	HOSTS_ROW(hotlink_hosts, "", "Hosts whose pages may show public pictures, such as www.example.org, or *.example.org for all below it; those of the service itself always may. Requests with the Referer of another page get 403; those without a Referer are answered. The site of the web server has the hosts too: print it again after a change. Empty: all pages may."),

	WORDS_ROW(dialects, "image_api imagify thumbnail_generator resize_tasks thumbnails", "Older services that are enabled: their clients need only the name of this host."),

	TEXT_ROW(listen, PIXTIER_RUN_DIR "/fcgi.sock", "Path of the unix socket for the web server. If the program that starts pixtier-fcgi passes sockets, as LISTEN_FDS or as file descriptor 0, pixtier-fcgi uses these and opens none. Empty: use only such sockets."),
	TEXT_ROW(listen_uploads, PIXTIER_RUN_DIR "/uploads.sock", "Path of a second unix socket, for uploads, with its own responders: a burst of uploads cannot block other requests. Empty: one socket for all requests."),
	OCTAL_ROW(socket_mode, "0660", 0600, 0666, "Permissions of the sockets. A process that can write to them can send requests as the web server."),
	TEXT_ROW(socket_group, "", "Group of the sockets: that of the web server, such as www-data. Empty: the group of the account that runs pixtier-fcgi."),
	NUMBER_ROW(responders, "4", 1, 512, "Number of processes that answer the requests of the first socket."),
	NUMBER_ROW(upload_responders, "8", 1, 512, "Number of processes that answer the requests of the second socket. More than processors are useful: each waits for the disk at the end of an upload."),
	SECONDS_ROW(queue_seconds, "5", 1, 60, "Longest time that a request may wait for a responder, in seconds. While the estimated wait is longer, requests get 503."),
	NUMBER_ROW(user_share, "50", 1, 100, "Largest share of a socket's responders that may work for one user while the estimated wait is longer than a second, in per cent. Further requests of this user get 429."),
	NUMBER_ROW(workers, "2", 1, 256, "Number of processes of pixtier-worker that run jobs."),
	SECONDS_ROW(stop_timeout, "30", 1, 3600, "Longest time that a stop or a reload waits for running requests and jobs, in seconds."),
	SECONDS_ROW(stats_interval, "60", 0, 60, "Interval at which each host adds its counts to the statistics of the minute, in seconds. 0: it keeps no statistics."),
	TEXT_ROW(user, "", "Account to switch to when root starts the program. Empty: keep the account."),
	TEXT_ROW(run_dir, "", "Folder for pixtier-fcgi.pid and pixtier-worker.pid, which hold the process ids of the supervisors. Empty: write no such files."),

	TEXT_ROW(db_socket, "", "Path of the database's unix socket. Empty: connect to db_host."),
	TEXT_ROW(db_host, "localhost", "Host of the database."),
	NUMBER_ROW(db_port, "3306", 1, 65535, "Port of the database."),
	TEXT_ROW(db_user, "pixtier", "User name for the database."),
	SECRET_ROW(db_password, "", "Password of db_user. Empty: no password, for example with unix_socket authentication."),
	TEXT_ROW(db_name, "pixtier", "Name of the database (schema)."),
	TEXT_ROW(db_tls_ca, "", "File with CA certificates (PEM) that verify the certificate of the database. Empty: connect without TLS."),
	SECONDS_ROW(db_connect_timeout, "2", 1, 60, "Longest time to wait for a connection to the database, in seconds."),
	SECONDS_ROW(db_timeout, "5", 1, 300, "Longest time to wait for a result from the database, in seconds."),

	TEXT_ROW(store_dir, PIXTIER_STORE_DIR, "Folder of the picture files. The web server must be able to read it."),
	TEXT_ROW(store_group, "", "Group that may read the files in store_dir: that of the web server, such as www-data. Empty: the group of the account that runs the programs."),
	NUMBER_ROW(store_reserve, "5", 0, 90, "Share of the file system that stays free, in per cent. Uploads that would use it get 507."),
	NUMBER_ROW(derived_max_bytes, "0", 0, 1125899906842624, "Limit for all variants together, in bytes. Above it, the least recently used variants are removed, and rendered again when a client asks for them. 0: no limit."),
	CHOICE_ROW(delivery, "accel", "accel sendfile", "Header that tells the web server which file to send: accel (X-Accel-Redirect, for nginx) or sendfile (X-Sendfile, for lighttpd and Apache)."),
	TEXT_ROW(accel_prefix, "/_store/", "Internal location of the web server for store_dir, below the path of base_url, with a slash at both ends. Its sublocation whole/ must serve the same files without ranges."),
	TEXT_ROW(keys_file, PIXTIER_SETTINGS_DIR "/keys", "File of the keys that sign links and JSON Web Tokens. `pixtierctl key rotate` makes it."),
	TEXT_ROW(schema_dir, PIXTIER_SCHEMA_DIR, "Folder of the database migrations."),

	NUMBER_ROW(max_upload, "67108864", 1024, 4294967296, "Size of the largest request body, in bytes."),
	NUMBER_ROW(max_pixels, "200000000", 1000, 2000000000, "Largest number of pixels of a picture, for all tiers. If all frames of an animation together have more, its thumbnails show the first frame only."),
	NUMBER_ROW(max_side, "65535", 64, 65535, "Longest side of an uploaded picture, in pixels."),
	NUMBER_ROW(max_scans, "100", 1, 1000, "Largest number of scans of a progressive JPEG. Each scan costs a pass over the picture."),
	SECONDS_ROW(request_timeout, "30", 1, 3600, "Longest time for reading a request from the web server, in seconds."),
	SECONDS_ROW(anonymous_pending_seconds, "300", 0, 1000000, "Largest estimated rendering time of all pending jobs of clients without an account together, in seconds. Above it, such clients get 429. 0: no limit. The max_pending_seconds of their tier limits each address separately."),
	NUMBER_ROW(address_requests_per_minute, "0", 0, 1000000, "Requests per minute from one address (from one /64 network for IPv6), with or without an account. 0: no limit. The tiers limit the requests of each user."),

	NUMBER_ROW(sync_budget_ms, "300", 0, 60000, "Longest estimated rendering time for which an upload waits for its thumbnails, in milliseconds. Above it, or after three times as much CPU time, a job renders them."),
	NUMBER_ROW(jpeg_quality, "85", 1, 100, "Quality of JPEG thumbnails."),
	NUMBER_ROW(webp_quality, "80", 1, 100, "Quality of WebP thumbnails."),
	CHOICE_ROW(engine, "fast", "fast graphicsmagick", "Code that resizes pictures: fast (pixtier's own, 8 bits per sample, row by row) or graphicsmagick (its ResizeImage, several times slower; tests compare the two)."),
	CHOICE_ROW(negotiate, "off", "off on", "Whether a thumbnail of a JPEG or PNG picture is sent as WebP if the client asks for no format and its Accept header contains image/webp."),
	CHOICE_ROW(keep_copyright, "no", "no yes", "Whether thumbnails in JPEG, PNG and WebP have the copyright and the creator of their original, as EXIF: no or yes. Other formats never have them. A change applies to thumbnails that are rendered after it; `pixtierctl purge variant` has existing ones rendered again."),
	CHOICE_ROW(sandbox, "required", "required best-effort off", "Whether decoder processes, and the children that fetch URLs and send webhooks, may run without the system-call filter: required (no), best-effort (only if the kernel has no filter), off (no filter)."),
	NUMBER_ROW(decoder_memory_request, "512", 64, 65536, "Memory limit of a decoder process that works for a request, in MiB."),
	NUMBER_ROW(decoder_memory_worker, "2048", 64, 65536, "Memory limit of a decoder process that works for a worker, in MiB."),
	NUMBER_ROW(decoder_memory_total, "0", 0, 16777216, "Largest estimated memory of all decoder processes of this host together, in MiB. Above it, pictures wait. One picture may need at most seven eighths of it. 0: half of the memory of the machine or of the control group, whichever is less."),
	SECONDS_ROW(decoder_seconds_request, "5", 1, 60, "Longest time that a decoder process may take for a picture of a request, in seconds. After it, a job renders the picture."),
	SECONDS_ROW(decoder_seconds_worker, "60", 1, 3600, "CPU time that a decoder process may use for a picture of a job, in seconds. A decoder process that has not replied after the same wall-clock time is killed, and the job is tried again."),
	NUMBER_ROW(decoder_pictures, "64", 1, 10000, "Number of pictures that a decoder process renders before a new one replaces it. All are pictures of one user. 1: a new process for each picture."),
	NUMBER_ROW(idle_decoders, "96", 0, 256, "Largest number of idle decoder processes, which wait for the next picture of their user, of all responders together, and of all workers together. Above it, the one that has waited longest ends. Each counts as eight open files: the soft limit (RLIMIT_NOFILE) is raised to that and 256 others; if the hard limit is lower, fewer wait, and the log has idle_decoders_limited. 0: none waits."),
	NUMBER_ROW(idle_decoders_memory, "0", 0, 65536, "Largest memory of the idle decoder processes of all responders together, and of all workers together, in MiB. It is part of decoder_memory_total: a picture that needs it ends the processes that have been idle longest. 0: an eighth of decoder_memory_total, at most 1024."),
	TEXT_ROW(decoder, PIXTIER_DECODER, "Path of the program pixtier-decoder, which forks the decoder processes."),

	BLOCKS_ROW(fetch_allow, "", "Private or otherwise special addresses that pixtier may connect to, for example a host on your own network from which pictures are fetched."),
	BLOCKS_ROW(fetch_deny, "", "Further addresses that pixtier never connects to. fetch_deny overrides fetch_allow."),
	PORTS_ROW(fetch_ports, "80 443", "Ports that pixtier may connect to."),
	SECONDS_ROW(fetch_connect_timeout, "5", 1, 60, "Longest time to wait for a connection to the host of a URL, in seconds."),
	SECONDS_ROW(fetch_timeout, "30", 1, 600, "Longest time for fetching a URL, including redirects, in seconds."),
	TEXT_ROW(fetch_tls_ca, "", "File with CA certificates (PEM) that verify https hosts. It replaces those of the system: to use both, put both into this file. Empty: the CA certificates of the system."),

	SECONDS_ROW(job_lease, "60", 1, 3600, "Time in seconds after which another worker gets the job of a worker that no longer renews its lease."),
	NUMBER_ROW(job_attempts, "3", 1, 20, "Number of attempts after which a job has failed."),
	SECONDS_ROW(job_retry, "2", 0, 3600, "Delay before the second attempt of a job, in seconds. It doubles with each further attempt."),
	NUMBER_ROW(worker_poll_ms, "215", 50, 60000, "Interval at which an idle worker looks for jobs, in milliseconds."),
	SECONDS_ROW(sweep_grace, "3600", 1, 604800, "Minimum age at which a file without a row in the database is removed, in seconds."),

	SECONDS_LIST_ROW(webhook_retries, "5 300 1800 7200 18000 36000", 0, 604800, "Delays between the attempts to deliver a webhook message, in seconds; each is extended by up to a fifth at random. When the last of these attempts fails, the delivery has failed. Tests set all delays to zero."),
	SECONDS_ROW(webhook_timeout, "10", 1, 60, "Longest time to wait for the response of a webhook's receiver, in seconds."),
	NUMBER_ROW(webhook_concurrency, "2", 1, 256, "Largest number of messages that are sent to one host at the same time. With three workers or more, at least one worker stays free for other hosts."),
	NUMBER_ROW(webhook_keep_days, "30", 1, 3650, "Number of days that ended deliveries stay in the database."),

	NUMBER_ROW(password_cost, "5", 1, 11, "Cost of yescrypt password hashes: 5 needs 16 MiB and about 20 ms, and each step doubles both. While users have hashes of other kinds or costs, each wrong password also costs one hash of each of these."),
	NUMBER_ROW(password_jobs, "2", 1, 64, "Number of passwords that all responders together hash at the same time. A client that waits for longer than two seconds gets 429."),
	NUMBER_ROW(login_failures_user, "20", 0, 1000000, "Number of wrong passwords for one user name from one address (from one /64 network for IPv6) within login_window. They expire evenly: with 20 in 900 s, one more attempt is free every 45 s. 0: no limit. Tokens and sessions are not affected."),
	NUMBER_ROW(login_failures_address, "100", 0, 1000000, "Number of wrong passwords from one address for all user names together within login_window. A user who logged in from this address within the last 30 days is not affected. 0: no limit."),
	NUMBER_ROW(login_failures_name, "200", 0, 1000000, "Number of wrong passwords for one user name from all addresses together; one expires each second, so that nobody can lock a user out for long. Addresses from which the user logged in within the last 30 days are not affected. 0: no limit."),
	SECONDS_ROW(login_window, "900", 1, 86400, "Time in seconds after which a wrong password no longer counts for login_failures_user and login_failures_address."),
	NUMBER_ROW(login_responders, "0", 0, 512, "Number of responders of each socket that may check passwords of clients without a recent login at the same time. Further such clients get 429. 0: half of the responders."),
	SECONDS_ROW(session_ttl, "43200", 60, 31536000, "Lifetime of a browser session, in seconds."),
	SECONDS_ROW(jwt_access_ttl, "54000", 60, 31536000, "Lifetime of image_api access tokens, in seconds."),
	SECONDS_ROW(jwt_refresh_ttl, "864000", 60, 31536000, "Lifetime of image_api refresh tokens, in seconds. A new password ends the access and refresh tokens of the user; retiring a key ends all tokens that it signed."),

	CHOICE_ROW(log_to, "stderr", "stderr syslog", "Destination of the log."),
	CHOICE_ROW(log_format, "json", "text json", "Format of the log: one line per event, as text or as a JSON object."),
	CHOICE_ROW(log_level, "info", "error info debug", "Events that are logged: error (failures only), info (also requests and jobs), debug (all)."),
};
/* clang-format on */

void conf_init(struct conf *conf)
{
	struct work work = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(settings); i++)
		if (!settings[i].instead &&
		    !setting_set(&settings[i], conf, &work,
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

		if (value)
			setting_warn(&settings[i], variable);
		if (value &&
		    !setting_set(&settings[i], conf, work,
				 pool_strdup(work->pool, value), variable))
			return false;
	}
	return true;
}

const char *conf_find_file(const char *given)
{
	static const char usual[] = PIXTIER_SETTINGS_DIR "/pixtier.conf";
	const char *named = given ? given : getenv("PIXTIER_CONFIG");

	if (named && *named)
		return named;
	return access(usual, F_OK) && errno == ENOENT ? NULL : usual;
}

bool conf_load(struct conf *conf, struct work *work, const char *file)
{
	conf_init(conf);
	return (!file || conf_file_read(conf, work, file, settings,
					ARRAY_LEN(settings))) &&
	       read_environment(conf, work);
}

/* At least 1: two supervisors have idle processes, and a picture can end
   them. */
static long default_idle_mib(long total_mib)
{
	enum { SHARE = 8, MOST_MIB = 1024 };
	const long share = total_mib / SHARE;

	if (share > MOST_MIB)
		return MOST_MIB;
	return share > 1 ? share : 1;
}

const char *conf_base_path(const struct conf *conf)
{
	return base_url_path(conf->base_url);
}

void conf_measure(struct conf *conf, long memory_mib)
{
	if (!conf->decoder_memory_total)
		conf->decoder_memory_total = memory_mib;
	if (!conf->idle_decoders_memory)
		conf->idle_decoders_memory =
			default_idle_mib(conf->decoder_memory_total);
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

		if (!s->instead)
			visit(&row, arg);
	}
}

/* Prints the text as comment lines of at most 78 columns. */
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
	      "overrides the\n# file: PIXTIER_NAME for the setting name. "
	      "Seconds may have a\n# unit: 90s, 15m, 12h, 30d or 2w.\n\n",
	      out);
	conf_each(&conf, pool, print_row, out);
	pool_free(pool);
}
