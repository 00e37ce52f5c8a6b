#ifndef ADMIN_COMMAND_H
#define ADMIN_COMMAND_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/work.h"
#include "lib/service/record.h"

/* The words that begin with "--" and belong to a command. */
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

/* One run of a command. What its row needs is open; its arguments and options
   are as many and those that the row allows. */
struct call {
	struct work *work;
	const char *config_file; /* NULL: there is none */
	char **args;
	int arg_count;
	const char *options[OPTION__COUNT]; /* NULL: not given */
	bool json;                          /* --json: one JSON document */
};

/*
 * The commands, each false with the work failed: ERR_BAD_REQUEST when it was
 * called wrongly. main.c has the table; the file is named after the group.
 */
bool schema_apply(struct call *call) MUST_CHECK;
bool schema_status(struct call *call) MUST_CHECK;
bool users_add(struct call *call) MUST_CHECK;
bool users_list(struct call *call) MUST_CHECK;
bool users_set_password(struct call *call) MUST_CHECK;
bool users_set_tier(struct call *call) MUST_CHECK;
bool users_disable(struct call *call) MUST_CHECK;
bool users_enable(struct call *call) MUST_CHECK;
bool users_unlock(struct call *call) MUST_CHECK;
bool users_delete(struct call *call) MUST_CHECK;
bool tiers_list(struct call *call) MUST_CHECK;
bool tiers_add(struct call *call) MUST_CHECK;
bool tiers_set(struct call *call) MUST_CHECK;
bool tiers_delete(struct call *call) MUST_CHECK;
bool tokens_add(struct call *call) MUST_CHECK;
bool tokens_list(struct call *call) MUST_CHECK;
bool tokens_delete(struct call *call) MUST_CHECK;
bool jobs_list(struct call *call) MUST_CHECK;
bool jobs_show(struct call *call) MUST_CHECK;
bool jobs_retry(struct call *call) MUST_CHECK;
bool workers_list(struct call *call) MUST_CHECK;
bool stats_show(struct call *call) MUST_CHECK;
bool audit_show(struct call *call) MUST_CHECK;
bool keys_rotate(struct call *call) MUST_CHECK;
bool keys_retire(struct call *call) MUST_CHECK;
bool keys_list(struct call *call) MUST_CHECK;
bool purge_one_image(struct call *call) MUST_CHECK;
bool purge_one_variant(struct call *call) MUST_CHECK;
bool purge_one_user(struct call *call) MUST_CHECK;
bool settings_show(struct call *call) MUST_CHECK;
bool doctor_run(struct call *call) MUST_CHECK;
bool fsck_run(struct call *call) MUST_CHECK;
bool fsck_sweep(struct call *call) MUST_CHECK;

/* The option as a number within the bounds, or the fallback. */
bool command_number(int64_t *number, const struct call *call,
		    enum command_option option, int64_t fallback, int64_t min,
		    int64_t max) MUST_CHECK;

/* The option, which is given, as yes or no. */
bool command_bool(bool *yes, const struct call *call,
		  enum command_option option) MUST_CHECK;

/* Whoever is logged in here. */
struct actor command_actor(const struct call *call);

/* Notes a change that was made. */
bool command_record(const struct call *call, const char *action,
		    const char *subject, const char *detail) MUST_CHECK;

#endif
