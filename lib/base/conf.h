#ifndef LIB_BASE_CONF_H
#define LIB_BASE_CONF_H

#include <stdio.h>

#include "lib/base/work.h"

enum conf_delivery { DELIVERY_ACCEL, DELIVERY_SENDFILE };
enum conf_switch { SWITCH_OFF, SWITCH_ON };
enum conf_copyright { COPYRIGHT_LEFT_OUT, COPYRIGHT_KEPT };
enum conf_robots { ROBOTS_NOINDEX, ROBOTS_INDEX };
enum conf_engine { ENGINE_FAST, ENGINE_GRAPHICSMAGICK };
enum conf_sandbox { SANDBOX_REQUIRED, SANDBOX_BEST_EFFORT, SANDBOX_OFF };
enum conf_log_to { LOG_TO_STDERR, LOG_TO_SYSLOG };
enum conf_log_format { LOG_AS_TEXT, LOG_AS_JSON };
enum conf_log_level { LOG_LEVEL_ERROR, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

/* The settings. conf.c declares each with its default, bounds and meaning. A
   setting has the name of its field. */
struct conf {
	/* What clients see */
	const char *base_url;
	long display_ttl;
	const char *cors_origins;
	const char *dialects; /* words, with spaces between */
	int public_robots;
	long public_gone_days;
	const char *hotlink_hosts;

	/* Processes */
	const char *listen;
	const char *listen_uploads;
	long socket_mode;
	const char *socket_group;
	long responders;
	long upload_responders;
	long queue_seconds;
	long user_share;
	long workers;
	long stop_timeout;
	long stats_interval;
	const char *user;
	const char *run_dir;

	/* Database */
	const char *db_socket;
	const char *db_host;
	long db_port;
	const char *db_user;
	const char *db_password;
	const char *db_name;
	const char *db_tls_ca;
	long db_connect_timeout;
	long db_timeout;

	/* Store and delivery */
	const char *store_dir;
	const char *store_group;
	long store_reserve;
	long derived_max_bytes;
	int delivery;
	const char *accel_prefix;
	const char *keys_file;
	const char *schema_dir;

	/* Limits */
	long max_upload;
	long max_pixels;
	long max_side;
	long max_scans;
	long request_timeout;
	long anonymous_pending_seconds;
	long address_requests_per_minute;

	/* Pictures */
	long sync_budget_ms;
	long jpeg_quality;
	long webp_quality;
	int engine;
	int negotiate;
	int keep_copyright;
	int sandbox;
	long decoder_memory_request;
	long decoder_memory_worker;
	long decoder_memory_total;
	long decoder_seconds_request;
	long decoder_seconds_worker;
	long decoder_pictures;
	long idle_decoders;
	long idle_decoders_memory;
	const char *decoder;

	/* Fetching */
	const char *fetch_allow;
	const char *fetch_deny;
	const char *fetch_ports;
	long fetch_connect_timeout;
	long fetch_timeout;
	const char *fetch_tls_ca;

	/* Jobs */
	long job_lease;
	long job_attempts;
	long job_retry;
	long worker_poll_ms;
	long sweep_grace;

	/* Webhooks */
	const char *webhook_retries;
	long webhook_timeout;
	long webhook_concurrency;
	long webhook_keep_days;

	/* Accounts */
	long password_cost;
	long password_jobs;
	long login_failures_user;
	long login_failures_address;
	long login_failures_name;
	long login_window;
	long login_responders;
	long session_ttl;
	long jwt_access_ttl;
	long jwt_refresh_ttl;

	/* Log */
	int log_to;
	int log_format;
	int log_level;
};

/* Sets all defaults. */
void conf_init(struct conf *conf);

/* Returns the settings file that all programs read: `given`, $PIXTIER_CONFIG,
   or the one of this installation; NULL if none is named and the last does not
   exist. */
const char *conf_find_file(const char *given);

/*
 * Sets the defaults, then reads the file (NULL: none), then the environment,
 * where PIXTIER_X_Y is the setting `x_y`. Texts live as long as the pool. Fails
 * with ERR_INVALID_FIELD; the text has the file and line or the variable, the
 * setting, what was expected and what came.
 */
bool conf_load(struct conf *conf, struct work *work,
	       const char *file) MUST_CHECK;

/* Returns the path of base_url, such as "/pictures"; "" if it has none. */
const char *conf_base_path(const struct conf *conf);

/* For programs that render: replaces settings that mean "as the machine has it"
   by measured values. `memory_mib` is memory_budget_default_mib(). */
void conf_measure(struct conf *conf, long memory_mib);

/* Prints every setting with its default, bounds and meaning, as a file that
   conf_load() can read. */
void conf_print_reference(FILE *out);

/* Calls back for each setting, for lints and `pixtierctl settings --json`.
   `value` is the current value; secrets are "***". */
struct conf_row {
	const char *name, *type, *fallback, *value, *meaning;
};
void conf_each(const struct conf *conf, struct pool *pool,
	       void (*visit)(const struct conf_row *row, void *arg), void *arg);

#endif
