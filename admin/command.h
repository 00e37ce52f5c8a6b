#ifndef ADMIN_COMMAND_H
#define ADMIN_COMMAND_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/work.h"
#include "lib/service/audit.h"

/* The options of commands. */
enum command_option {
	OPTION_ADMIN,
	OPTION_ADMINISTRATOR,
	OPTION_BASE,
	OPTION_CERTIFICATE,
	OPTION_CERTIFICATE_KEY,
	OPTION_DB_ADMIN,
	OPTION_DB_HOST,
	OPTION_DB_PASSWORD_STDIN,
	OPTION_DEEP,
	OPTION_DISABLED,
	OPTION_EFFECTIVE,
	OPTION_EMAIL,
	OPTION_EXPIRES_IN,
	OPTION_FILES,
	OPTION_GENERATE,
	OPTION_HISTORY,
	OPTION_KEYS,
	OPTION_KIND,
	OPTION_LIMIT,
	OPTION_LISTEN,
	OPTION_LOCATIONS,
	OPTION_LOG_DIR,
	OPTION_MAN,
	OPTION_NAME,
	OPTION_PASSWORD_STDIN,
	OPTION_PRIORITY,
	OPTION_REPAIR,
	OPTION_RETIRE_AFTER,
	OPTION_SCOPES,
	OPTION_SERVER,
	OPTION_STATE,
	OPTION_TIER,
	OPTION_TLS,
	OPTION_USER,
	OPTION_WWW,
	OPTION_YES,
	OPTION__COUNT
};

/* One run of a command. Its database, store and keys are open as its table row
   says; the numbers of arguments and the options are checked against the
   row. */
struct call {
	struct work *work;
	const char *config_file; /* NULL: use the defaults */
	char **args;
	int arg_count;
	const char *options[OPTION__COUNT]; /* NULL: absent */
	bool json;                          /* --json: one JSON document */
};

/*
 * The commands. On failure each returns false with an error in the work;
 * ERR_BAD_REQUEST means a wrong command line. The table is in main.c; each file
 * has the name of its group.
 */
typedef bool command_run(struct call *call) MUST_CHECK;
command_run cmd_schema_apply, cmd_schema_status;
command_run cmd_users_add, cmd_users_list, cmd_users_show, cmd_users_set;
command_run cmd_users_set_password, cmd_users_set_tier;
command_run cmd_users_disable, cmd_users_enable;
command_run cmd_users_unlock, cmd_users_delete;
command_run cmd_tiers_list, cmd_tiers_add, cmd_tiers_set, cmd_tiers_delete;
command_run cmd_tiers_watermark;
command_run cmd_tokens_add, cmd_tokens_list, cmd_tokens_revoke;
command_run cmd_images_list, cmd_images_show, cmd_images_delete;
command_run cmd_images_make_public, cmd_images_make_private;
command_run cmd_jobs_list, cmd_jobs_show, cmd_jobs_retry, cmd_jobs_cancel;
command_run cmd_jobs_set_priority;
command_run cmd_workers_list, cmd_stats_show, cmd_top_show;
command_run cmd_audit_show;
command_run cmd_keys_rotate, cmd_keys_retire, cmd_keys_list;
command_run cmd_purge_one_image, cmd_purge_one_variant, cmd_purge_one_user;
command_run cmd_settings_show;
command_run cmd_doctor_run;
command_run cmd_backup_make, cmd_backup_verify;
command_run cmd_restore_run;
command_run cmd_fsck_run, cmd_fsck_sweep;
command_run cmd_setup_run;
command_run cmd_site_print;

/* A row of the table in main.c. */
struct command {
	const char *group, *name; /* name is NULL: the group is the command */
	const char *arguments;
	const char *help;
	unsigned needs;
	int min_args, max_args;
	uint64_t options; /* bits 1 << OPTION_... that it accepts */
	command_run *run;
};

/* Reads the option as a number within the bounds; the default is `fallback`. */
bool command_number(int64_t *number, const struct call *call,
		    enum command_option option, int64_t fallback, int64_t min,
		    int64_t max) MUST_CHECK;

/* As command_number(), for a time in seconds with an optional unit. */
bool command_seconds(int64_t *seconds, const struct call *call,
		     enum command_option option, int64_t fallback, int64_t min,
		     int64_t max) MUST_CHECK;

/* Reads --limit: 1 to 100000 rows, 50 if it is absent. */
bool command_limit(int64_t *limit, const struct call *call) MUST_CHECK;

/* Reads an option that is present: yes or no. */
bool command_bool(bool *yes, const struct call *call,
		  enum command_option option) MUST_CHECK;

/* An argument FIELD=VALUE. */
struct command_field {
	const char *name, *value;
};
bool command_field(struct command_field *field, const struct call *call,
		   int i) MUST_CHECK;

/* Returns the login name of the user who runs this program. */
struct actor command_actor(const struct call *call);

/* Adds an entry to the audit log. */
bool command_audit(const struct call *call, const char *action,
		   const char *subject, const char *detail) MUST_CHECK;

#endif
