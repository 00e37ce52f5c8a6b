/* main.c: pixtierctl, the administrator's command. */
#include "config.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "admin/command.h"
#include "admin/completion.h"
#include "lib/base/account.h"
#include "lib/base/conf.h"
#include "lib/base/log.h"
#include "lib/base/pool.h"
#include "lib/db/db.h"
#include "lib/db/remedy.h"
#include "lib/service/keyring.h"
#include "lib/service/schema_check.h"
#include "lib/store/store.h"

enum { DONE = 0, FAILED = 1, MISUSED = 2 };
enum { SLOW_SECONDS = 300, MANY = 64 };

/* What a command needs before it runs. A command without needs does not read
   the settings. */
enum need {
	NEEDS_DB = 1,
	NEEDS_SCHEMA = 2 | NEEDS_DB, /* with all migrations applied */
	NEEDS_STORE = 4,
	NEEDS_KEYS = 8,
	NEEDS_TIME = 16, /* statements may take SLOW_SECONDS */
	NEEDS_SETTINGS = 32,
};

static command_run cmd_completion_print;

#define TAKES(option) (UINT64_C(1) << OPTION_##option)

/* clang-format off */
static const struct command commands[] = {
	{ "schema", "apply", "", "applies the missing migrations", NEEDS_DB, 0, 0, 0, cmd_schema_apply },
	{ "schema", "status", "", "lists the migrations and whether they are applied", NEEDS_DB, 0, 0, 0, cmd_schema_status },
	{ "user", "add", "NAME --tier TIER [--email E] [--admin] [--password-stdin|--generate]", "adds a user; asks for the password", NEEDS_SCHEMA, 1, 1,
	  TAKES(TIER) | TAKES(EMAIL) | TAKES(ADMIN) | TAKES(PASSWORD_STDIN) | TAKES(GENERATE), cmd_users_add },
	{ "user", "list", "[--name N] [--tier TIER] [--disabled yes|no]", "lists users, newest first", NEEDS_SCHEMA, 0, 0,
	  TAKES(NAME) | TAKES(TIER) | TAKES(DISABLED), cmd_users_list },
	{ "user", "show", "NAME", "shows a user", NEEDS_SCHEMA, 1, 1, 0, cmd_users_show },
	{ "user", "set", "NAME FIELD=VALUE ...", "changes a user's username, email or is_admin", NEEDS_SCHEMA, 2, MANY, 0, cmd_users_set },
	{ "user", "passwd", "NAME [--password-stdin|--generate]", "sets a new password; ends the user's sessions", NEEDS_SCHEMA, 1, 1,
	  TAKES(PASSWORD_STDIN) | TAKES(GENERATE), cmd_users_set_password },
	{ "user", "tier", "NAME TIER", "moves a user to another tier", NEEDS_SCHEMA, 2, 2, 0, cmd_users_set_tier },
	{ "user", "disable", "NAME", "disables the user: login and tokens are refused", NEEDS_SCHEMA, 1, 1, 0, cmd_users_disable },
	{ "user", "enable", "NAME", "enables the user again", NEEDS_SCHEMA, 1, 1, 0, cmd_users_enable },
	{ "user", "delete", "NAME", "deletes a user and all images of the user", NEEDS_SCHEMA | NEEDS_STORE, 1, 1, 0, cmd_users_delete },
	{ "user", "unlock", "NAME", "resets the count of wrong passwords, so that the user can log in at once", NEEDS_SCHEMA, 1, 1, 0, cmd_users_unlock },
	{ "tier", "list", "", "lists all tiers with their limits", NEEDS_SCHEMA, 0, 0, 0, cmd_tiers_list },
	{ "tier", "add", "NAME [FIELD=VALUE ...]", "adds a tier", NEEDS_SCHEMA, 1, MANY, 0, cmd_tiers_add },
	{ "tier", "set", "NAME FIELD=VALUE ...", "changes a tier", NEEDS_SCHEMA, 2, MANY, 0, cmd_tiers_set },
	{ "tier", "delete", "NAME", "deletes a tier that no user has", NEEDS_SCHEMA, 1, 1, 0, cmd_tiers_delete },
	{ "tier", "watermark", "NAME FILE|none [FIELD=VALUE ...]", "draws a PNG on the thumbnails of a tier's users", NEEDS_SCHEMA | NEEDS_TIME, 2, MANY, 0,
	  cmd_tiers_watermark },
	{ "token", "add", "USER --name N [--scopes read,write] [--expires-in TIME]", "creates an API token and shows it once", NEEDS_SCHEMA, 1, 1,
	  TAKES(NAME) | TAKES(SCOPES) | TAKES(EXPIRES_IN), cmd_tokens_add },
	{ "token", "list", "USER", "lists the API tokens of the user", NEEDS_SCHEMA, 1, 1, 0, cmd_tokens_list },
	{ "token", "revoke", "USER ID", "revokes an API token", NEEDS_SCHEMA, 2, 2, 0, cmd_tokens_revoke },
	{ "image", "list", "USER [--limit N]", "lists the images of a user, newest first", NEEDS_SCHEMA, 1, 1, TAKES(LIMIT), cmd_images_list },
	{ "image", "show", "ID", "shows an image with its public addresses", NEEDS_SCHEMA, 1, 1, 0, cmd_images_show },
	{ "image", "public", "ID", "makes an image public, if the tier of its owner allows it", NEEDS_SCHEMA | NEEDS_STORE, 1, 1, 0, cmd_images_make_public },
	{ "image", "private", "ID", "makes an image private: its public addresses end", NEEDS_SCHEMA | NEEDS_STORE, 1, 1, 0, cmd_images_make_private },
	{ "image", "delete", "ID", "deletes an image, its variants, its links and its public addresses", NEEDS_SCHEMA | NEEDS_STORE, 1, 1, 0, cmd_images_delete },
	{ "job", "list", "[--state S] [--kind K] [--user NAME] [--priority P] [--limit N]", "lists jobs, newest first", NEEDS_SCHEMA, 0, 0,
	  TAKES(STATE) | TAKES(KIND) | TAKES(USER) | TAKES(PRIORITY) | TAKES(LIMIT), cmd_jobs_list },
	{ "job", "show", "ID", "shows a job", NEEDS_SCHEMA, 1, 1, 0, cmd_jobs_show },
	{ "job", "retry", "ID", "queues a failed job again", NEEDS_SCHEMA, 1, 1, 0, cmd_jobs_retry },
	{ "job", "cancel", "ID", "cancels a job that is queued or running", NEEDS_SCHEMA, 1, 1, 0, cmd_jobs_cancel },
	{ "job", "priority", "ID PRIORITY", "changes the priority of a queued job", NEEDS_SCHEMA, 2, 2, 0, cmd_jobs_set_priority },
	{ "worker", "list", "", "lists the workers, their current jobs and their counts of jobs", NEEDS_SCHEMA, 0, 0, 0, cmd_workers_list },
	{ "stats", NULL, "[--history hour|day|month]", "shows the numbers of users, images, jobs and bytes, or how they changed", NEEDS_SCHEMA, 0, 0,
	  TAKES(HISTORY), cmd_stats_show },
	{ "top", NULL, "", "shows requests, decoder times, the queue and the workers, live on a terminal", NEEDS_SCHEMA, 0, 0, 0, cmd_top_show },
	{ "audit", NULL, "[--limit N]", "shows who changed what, newest first", NEEDS_SCHEMA, 0, 0, TAKES(LIMIT), cmd_audit_show },
	{ "key", "rotate", "[--retire-after TIME]", "creates a new key that signs links from now on", NEEDS_KEYS, 0, 0,
	  TAKES(RETIRE_AFTER), cmd_keys_rotate },
	{ "key", "retire", "ID [--retire-after TIME]", "invalidates the links of a key that does not sign any more", NEEDS_KEYS, 1, 1,
	  TAKES(RETIRE_AFTER), cmd_keys_retire },
	{ "key", "list", "", "lists the ids and times of the keys, without the secrets", NEEDS_KEYS, 0, 0, 0, cmd_keys_list },
	{ "purge", "image", "ID", "deletes an image and all its variants", NEEDS_SCHEMA | NEEDS_STORE, 1, 1, 0, cmd_purge_one_image },
	{ "purge", "variant", "NAME", "deletes the variants with this name of all images", NEEDS_SCHEMA | NEEDS_STORE | NEEDS_TIME, 1, 1, 0,
	  cmd_purge_one_variant },
	{ "purge", "user", "NAME", "deletes all images of a user, but not the user", NEEDS_SCHEMA | NEEDS_STORE | NEEDS_TIME, 1, 1, 0, cmd_purge_one_user },
	{ "backup", "verify", "DIR", "compares the files of a backup with their SHA-256", 0, 1, 1, 0, cmd_backup_verify },
	{ "backup", NULL, "DIR [--base DIR] [--keys]", "backs up the database and the store to a new folder, while pixtier runs",
	  NEEDS_SCHEMA | NEEDS_STORE | NEEDS_TIME, 1, 1, TAKES(BASE) | TAKES(KEYS), cmd_backup_make },
	{ "restore", NULL, "DIR", "restores a backup into an empty database and an empty store", NEEDS_DB | NEEDS_TIME, 1, 1, 0, cmd_restore_run },
	{ "settings", NULL, "[--effective]", "shows all settings with their meaning, or the values in force", 0, 0, 0,
	  TAKES(EFFECTIVE) | TAKES(MAN), cmd_settings_show },
	{ "setup", NULL, "[--yes] [--name HOST] [--tls] [--certificate FILE] [--certificate-key FILE] [--server SERVER] [--files DIR] [--www DIR] "
	  "[--log-dir DIR] [--db-host HOST] [--db-admin NAME] [--db-password-stdin] [--administrator NAME]",
	  "makes the database, the settings, the key, an administrator and the site, and starts pixtier", NEEDS_KEYS | NEEDS_DB, 0, 0,
	  TAKES(YES) | TAKES(NAME) | TAKES(TLS) | TAKES(CERTIFICATE) | TAKES(CERTIFICATE_KEY) | TAKES(SERVER) | TAKES(FILES) | TAKES(WWW) |
	  TAKES(LOG_DIR) | TAKES(DB_HOST) | TAKES(DB_ADMIN) | TAKES(DB_PASSWORD_STDIN) | TAKES(ADMINISTRATOR), cmd_setup_run },
	{ "site", NULL, "SERVER [--tls] [--name HOST] [--certificate FILE] [--certificate-key FILE] [--listen ADDRESS] [--files DIR] [--www DIR] [--log-dir DIR] "
	  "[--locations]",
	  "prints the site for nginx, lighttpd or apache that fits the settings", NEEDS_SETTINGS, 1, 1,
	  TAKES(TLS) | TAKES(NAME) | TAKES(CERTIFICATE) | TAKES(CERTIFICATE_KEY) | TAKES(LISTEN) | TAKES(FILES) | TAKES(WWW) | TAKES(LOG_DIR) |
	  TAKES(LOCATIONS), cmd_site_print },
	{ "completion", NULL, "", "prints the completion of these commands for bash", 0, 0, 0, 0, cmd_completion_print },
	{ "doctor", NULL, "", "checks this installation", NEEDS_KEYS, 0, 0, 0, cmd_doctor_run },
	{ "fsck", NULL, "[--deep] [--repair]", "checks that the database and the store are consistent", NEEDS_SCHEMA | NEEDS_STORE | NEEDS_TIME, 0, 0,
	  TAKES(DEEP) | TAKES(REPAIR), cmd_fsck_run },
	{ "sweep", NULL, "", "deletes files that have no row in the database", NEEDS_SCHEMA | NEEDS_STORE | NEEDS_TIME, 0, 0, 0, cmd_fsck_sweep },
};

enum {
	GLOBAL_CONFIG = OPTION__COUNT,
	GLOBAL_JSON,
	GLOBAL_HELP,
	GLOBAL_VERSION
};

static const struct option options[] = {
	{ "admin",          no_argument,       NULL, OPTION_ADMIN },
	{ "administrator",  required_argument, NULL, OPTION_ADMINISTRATOR },
	{ "base",           required_argument, NULL, OPTION_BASE },
	{ "certificate",    required_argument, NULL, OPTION_CERTIFICATE },
	{ "certificate-key", required_argument, NULL, OPTION_CERTIFICATE_KEY },
	{ "config",         required_argument, NULL, GLOBAL_CONFIG },
	{ "db-admin",       required_argument, NULL, OPTION_DB_ADMIN },
	{ "db-host",        required_argument, NULL, OPTION_DB_HOST },
	{ "db-password-stdin", no_argument,    NULL, OPTION_DB_PASSWORD_STDIN },
	{ "deep",           no_argument,       NULL, OPTION_DEEP },
	{ "disabled",       required_argument, NULL, OPTION_DISABLED },
	{ "effective",      no_argument,       NULL, OPTION_EFFECTIVE },
	{ "email",          required_argument, NULL, OPTION_EMAIL },
	{ "expires-in",     required_argument, NULL, OPTION_EXPIRES_IN },
	{ "files",          required_argument, NULL, OPTION_FILES },
	{ "generate",       no_argument,       NULL, OPTION_GENERATE },
	{ "help",           no_argument,       NULL, GLOBAL_HELP },
	{ "history",        required_argument, NULL, OPTION_HISTORY },
	{ "json",           no_argument,       NULL, GLOBAL_JSON },
	{ "keys",           no_argument,       NULL, OPTION_KEYS },
	{ "kind",           required_argument, NULL, OPTION_KIND },
	{ "limit",          required_argument, NULL, OPTION_LIMIT },
	{ "listen",         required_argument, NULL, OPTION_LISTEN },
	{ "locations",      no_argument,       NULL, OPTION_LOCATIONS },
	{ "log-dir",        required_argument, NULL, OPTION_LOG_DIR },
	{ "man",            no_argument,       NULL, OPTION_MAN },
	{ "name",           required_argument, NULL, OPTION_NAME },
	{ "password-stdin", no_argument,       NULL, OPTION_PASSWORD_STDIN },
	{ "priority",       required_argument, NULL, OPTION_PRIORITY },
	{ "repair",         no_argument,       NULL, OPTION_REPAIR },
	{ "retire-after",   required_argument, NULL, OPTION_RETIRE_AFTER },
	{ "scopes",         required_argument, NULL, OPTION_SCOPES },
	{ "server",         required_argument, NULL, OPTION_SERVER },
	{ "state",          required_argument, NULL, OPTION_STATE },
	{ "tier",           required_argument, NULL, OPTION_TIER },
	{ "tls",            no_argument,       NULL, OPTION_TLS },
	{ "user",           required_argument, NULL, OPTION_USER },
	{ "version",        no_argument,       NULL, GLOBAL_VERSION },
	{ "www",            required_argument, NULL, OPTION_WWW },
	{ "yes",            no_argument,       NULL, OPTION_YES },
	{ 0 },
};
/* clang-format on */

static bool cmd_completion_print(struct call *call)
{
	(void)call;
	completion_print(commands, ARRAY_LEN(commands), options);
	return true;
}

static void print_usage(FILE *out, const char *before, const struct command *c)
{
	fprintf(out, "%s%s%s%s%s%s\n        %s\n", before, c->group,
		c->name ? " " : "", c->name ? c->name : "",
		*c->arguments ? " " : "", c->arguments, c->help);
}

static bool is_group(const char *word)
{
	for (size_t i = 0; i < ARRAY_LEN(commands); i++)
		if (!strcmp(commands[i].group, word))
			return true;
	return false;
}

static void print_help(const char *word)
{
	const char *group = word && is_group(word) ? word : NULL;

	puts("Usage: pixtierctl [--config FILE] [--json] COMMAND ...\n"
	     "Administers pixtier. The settings file is FILE, "
	     "$PIXTIER_CONFIG or " PIXTIER_SETTINGS_DIR "/pixtier.conf.");
	for (size_t i = 0; i < ARRAY_LEN(commands); i++)
		if (!group || !strcmp(group, commands[i].group))
			print_usage(stdout, "  ", &commands[i]);
	puts("  --help, --version");
}

static int misused(const struct command *command, const char *why)
{
	fprintf(stderr, "pixtierctl: %s\n", why);
	if (command)
		print_usage(stderr, "usage: pixtierctl ", command);
	else
		fputs("`pixtierctl --help` lists the commands\n", stderr);
	return MISUSED;
}

/* Finds the command that the first one or two words name, and removes these
   words. */
static const struct command *find_command(struct call *call)
{
	const char *group = call->arg_count ? call->args[0] : "";
	const char *name = call->arg_count > 1 ? call->args[1] : "";

	for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
		const struct command *c = &commands[i];
		int words = c->name ? 2 : 1;

		if (strcmp(c->group, group) ||
		    (c->name && strcmp(c->name, name)))
			continue;
		call->args += words;
		call->arg_count -= words;
		return c;
	}
	return NULL;
}

/* Returns NULL if the command line matches the row, else the error. */
static const char *what_is_wrong(const struct command *command,
				 const struct call *call)
{
	struct pool *pool = call->work->pool;

	if (call->arg_count < command->min_args)
		return "an argument is missing";
	if (call->arg_count > command->max_args)
		return pool_printf(pool, "an argument too many: %s",
				   call->args[command->max_args]);
	for (size_t i = 0; i < ARRAY_LEN(options) - 1; i++)
		if (options[i].val < OPTION__COUNT &&
		    call->options[options[i].val] &&
		    !(command->options & (UINT64_C(1) << options[i].val)))
			return pool_printf(pool,
					   "--%s does not belong to this "
					   "command",
					   options[i].name);
	return NULL;
}

static void close_db(void *db)
{
	db_close(db);
}

static void free_keys(void *keys)
{
	keyring_free(keys);
}

static bool open_store(struct work *work, void *store)
{
	return store_open(store, work);
}

static bool provide(struct work *work, struct conf *conf, unsigned needs)
{
	struct store *store = pool_alloc(work->pool, sizeof(*store));

	if (needs & NEEDS_TIME)
		conf->db_timeout = SLOW_SECONDS;
	work->db = db_open(conf);
	pool_defer(work->pool, close_db, work->db);
	if (needs & NEEDS_KEYS) {
		work->keys = keyring_new(conf);
		pool_defer(work->pool, free_keys, work->keys);
	}
	if ((needs & NEEDS_SCHEMA) == NEEDS_SCHEMA && !schema_check(work))
		return false;
	return !(needs & NEEDS_STORE) || account_run(work, open_store, store);
}

static int explain(const struct command *command, struct work *work)
{
	fflush(stdout);
	if (work->err == ERR_BAD_REQUEST)
		return misused(command, work->why);
	if (work->err == ERR_UNAVAILABLE && command->needs & NEEDS_DB)
		fprintf(stderr, "pixtierctl: %s %s\n", work->why,
			remedy_text(work));
	else
		fprintf(stderr, "pixtierctl: %s\n", work->why);
	return FAILED;
}

/* Errors go to the standard error, not to the configured log. */
static void open_log(const struct conf *conf)
{
	struct conf aside = *conf;

	aside.log_to = LOG_TO_STDERR;
	aside.log_format = LOG_AS_TEXT;
	aside.log_level = LOG_LEVEL_ERROR;
	log_init(&aside, "pixtierctl");
}

static int run(struct call *call)
{
	struct conf conf;
	struct work *work = call->work;
	const struct command *command = find_command(call);
	const char *wrong;

	if (!command)
		return misused(
			NULL,
			pool_printf(work->pool, "no command \"%s%s%s\" exists",
				    call->args[0],
				    call->arg_count > 1 ? " " : "",
				    call->arg_count > 1 ? call->args[1] : ""));
	wrong = what_is_wrong(command, call);
	if (wrong)
		return misused(command, wrong);
	work->conf = &conf;
	conf_init(&conf);
	if (command->needs && !conf_load(&conf, work, call->config_file))
		return explain(command, work);
	open_log(&conf);
	if (!provide(work, &conf, command->needs) || !command->run(call))
		return explain(command, work);
	if (fflush(stdout) || ferror(stdout)) {
		fputs("pixtierctl: cannot write the output\n", stderr);
		return FAILED;
	}
	return DONE;
}

/* Global options of the command line. */
struct line {
	bool help, version;
};

static bool read_line(struct line *line, struct call *call, int argc,
		      char **argv)
{
	int option;

	opterr = 0;
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1)
		switch (option) {
		case GLOBAL_CONFIG:
			call->config_file = optarg;
			break;
		case GLOBAL_JSON:
			call->json = true;
			break;
		case GLOBAL_HELP:
			line->help = true;
			break;
		case GLOBAL_VERSION:
			line->version = true;
			break;
		case '?':
			return false;
		default:
			call->options[option] = optarg ? optarg : "";
		}
	call->args = argv + optind;
	call->arg_count = argc - optind;
	return true;
}

static int obey(struct call *call, int argc, char **argv)
{
	struct line line = { 0 };

	if (!read_line(&line, call, argc, argv))
		return misused(NULL, pool_printf(call->work->pool,
						 "%s is not an option, or "
						 "its value is missing",
						 argv[optind - 1]));
	if (line.version) {
		puts("pixtierctl " PACKAGE_VERSION);
		return DONE;
	}
	if (line.help) {
		print_help(call->arg_count ? call->args[0] : NULL);
		return DONE;
	}
	if (!call->arg_count)
		return misused(NULL, "a command is missing");
	if (!strcmp(call->args[0], "help")) {
		print_help(call->args[1]);
		return DONE;
	}
	call->config_file = conf_find_file(call->config_file);
	return run(call);
}

int main(int argc, char **argv)
{
	struct work work = { .pool = pool_new(), .id = "pixtierctl" };
	struct call call = { .work = &work };
	int status = obey(&call, argc, argv);

	pool_free(work.pool);
	return status;
}
