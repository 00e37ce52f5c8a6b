#ifndef ADMIN_COMMAND_H
#define ADMIN_COMMAND_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/work.h"
#include "lib/service/audit.h"

/* The options of commands. */
enum command_option {
	OPTION_ADMIN,
	OPTION_DEEP,
	OPTION_DISABLED,
	OPTION_EFFECTIVE,
	OPTION_EMAIL,
	OPTION_EXPIRES_IN,
	OPTION_KIND,
	OPTION_LIMIT,
	OPTION_MAN,
	OPTION_NAME,
	OPTION_PASSWORD_STDIN,
	OPTION_REPAIR,
	OPTION_RETIRE_AFTER,
	OPTION_SCOPES,
	OPTION_STATE,
	OPTION_TIER,
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
bool cmd_schema_apply(struct call *call) MUST_CHECK;
bool cmd_schema_status(struct call *call) MUST_CHECK;
bool cmd_users_add(struct call *call) MUST_CHECK;
bool cmd_users_list(struct call *call) MUST_CHECK;
bool cmd_users_set_password(struct call *call) MUST_CHECK;
bool cmd_users_set_tier(struct call *call) MUST_CHECK;
bool cmd_users_disable(struct call *call) MUST_CHECK;
bool cmd_users_enable(struct call *call) MUST_CHECK;
bool cmd_users_unlock(struct call *call) MUST_CHECK;
bool cmd_users_delete(struct call *call) MUST_CHECK;
bool cmd_tiers_list(struct call *call) MUST_CHECK;
bool cmd_tiers_add(struct call *call) MUST_CHECK;
bool cmd_tiers_set(struct call *call) MUST_CHECK;
bool cmd_tiers_delete(struct call *call) MUST_CHECK;
bool cmd_tokens_add(struct call *call) MUST_CHECK;
bool cmd_tokens_list(struct call *call) MUST_CHECK;
bool cmd_tokens_delete(struct call *call) MUST_CHECK;
bool cmd_jobs_list(struct call *call) MUST_CHECK;
bool cmd_jobs_show(struct call *call) MUST_CHECK;
bool cmd_jobs_retry(struct call *call) MUST_CHECK;
bool cmd_workers_list(struct call *call) MUST_CHECK;
bool cmd_stats_show(struct call *call) MUST_CHECK;
bool cmd_audit_show(struct call *call) MUST_CHECK;
bool cmd_keys_rotate(struct call *call) MUST_CHECK;
bool cmd_keys_retire(struct call *call) MUST_CHECK;
bool cmd_keys_list(struct call *call) MUST_CHECK;
bool cmd_purge_one_image(struct call *call) MUST_CHECK;
bool cmd_purge_one_variant(struct call *call) MUST_CHECK;
bool cmd_purge_one_user(struct call *call) MUST_CHECK;
bool cmd_settings_show(struct call *call) MUST_CHECK;
bool cmd_doctor_run(struct call *call) MUST_CHECK;
bool cmd_fsck_run(struct call *call) MUST_CHECK;
bool cmd_fsck_sweep(struct call *call) MUST_CHECK;

/* Reads the option as a number within the bounds; the default is `fallback`. */
bool command_number(int64_t *number, const struct call *call,
		    enum command_option option, int64_t fallback, int64_t min,
		    int64_t max) MUST_CHECK;

/* Reads --limit: 1 to 100000 rows, 50 if it is absent. */
bool command_limit(int64_t *limit, const struct call *call) MUST_CHECK;

/* Reads an option that is present: yes or no. */
bool command_bool(bool *yes, const struct call *call,
		  enum command_option option) MUST_CHECK;

/* Returns the login name of the user who runs this program. */
struct actor command_actor(const struct call *call);

/* Adds an entry to the audit log. */
bool command_audit(const struct call *call, const char *action,
		   const char *subject, const char *detail) MUST_CHECK;

#endif
