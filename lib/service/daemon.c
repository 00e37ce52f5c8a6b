/* daemon.c: the main function of both supervisors. */
#include "config.h"

#include "lib/service/daemon.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/account.h"
#include "lib/base/log.h"
#include "lib/base/pool.h"
#include "lib/picture/decoder_budget.h"
#include "lib/process/memory_budget.h"
#include "lib/process/metric.h"
#include "lib/service/schema_check.h"
#include "lib/service/stats_record.h"
#include "lib/store/store.h"

static bool load(struct daemon *daemon, struct work *work)
{
	if (!conf_load(&daemon->conf, work, daemon->config_file))
		return false;
	conf_measure(&daemon->conf, memory_budget_default_mib());
	return true;
}

/* Call this after the settings are read. After a reload, old children keep the
   old decoder server. */
static bool open_decoder_server(struct daemon *daemon, struct work *work)
{
	const struct decoder_limits limits =
		daemon->kind->limits(&daemon->conf);

	return decoder_server_open(&daemon->decoder_server, work, &daemon->conf,
				   &limits);
}

static size_t fill_groups(struct daemon *daemon)
{
	daemon->groups[0] =
		(struct prefork_group){ "decoder", 1, decoder_server_run,
					&daemon->decoder_server, true };
	return daemon->kind->fill_groups(daemon);
}

/* Makes the folders of the store. The children open it again. */
static bool open_store(struct work *work, void *arg)
{
	struct store store;
	bool opened = store_open(&store, work);

	(void)arg;
	work->store = NULL;
	return opened;
}

/* Finds out what would make every child fail: then nothing starts, and a reload
   changes nothing. */
static bool check(const struct daemon *daemon, struct work *work)
{
	const char *decoder = daemon->conf.decoder;

	if (!open_store(work, NULL))
		return false;
	if (access(decoder, X_OK))
		return fail(work, ERR_INTERNAL,
			    "decoder: cannot run %s: %s; set decoder to the "
			    "path of the program pixtier-decoder",
			    decoder, strerror(errno));
	if (!decoder_budget_check(work))
		return false;
	return !daemon->kind->check || daemon->kind->check(work);
}

/* Loads new settings, or keeps the old ones if children could not work with the
   new ones. The sockets and the account do not change. */
static bool reload(void *arg)
{
	struct daemon *daemon = arg;
	struct daemon fresh = *daemon;
	struct work work = { .conf = &fresh.conf,
			     .pool = pool_new(),
			     .id = "reload" };

	fresh.pool = work.pool;
	if (!load(&fresh, &work) || !check(&fresh, &work) ||
	    !open_decoder_server(&fresh, &work)) {
		log_failure(&work, "reload_failed");
		pool_free(work.pool);
		return false;
	}
	pool_free(daemon->pool);
	decoder_server_close(&daemon->decoder_server);
	*daemon = fresh;
	daemon->decoder_server.conf = &daemon->conf;
	(void)fill_groups(daemon);
	LOG_EVENT(LOG_LEVEL_INFO, "reloaded",
		  log_text("config", daemon->config_file));
	return true;
}

/* The file ends with the pool of `work`. */
static bool write_pid(const struct daemon *daemon, struct work *work)
{
	const char *dir = daemon->conf.run_dir;

	return prefork_write_pid(work,
				 *dir ? pool_printf(work->pool, "%s/%s.pid",
						    dir, daemon->kind->name)
				      : "");
}

/* The administrator who starts the program sees one line. */
static int fail_start(const struct daemon *daemon, const struct work *work)
{
	fprintf(stderr, "%s: %s\n", daemon->kind->name, work->why);
	if (daemon->conf.log_to == LOG_TO_SYSLOG)
		log_failure(work, "start_failed");
	return EXIT_FAILURE;
}

static int run(struct daemon *daemon, struct work *work)
{
	struct prefork prefork = {
		.groups = daemon->groups,
		.stop_timeout = daemon->conf.stop_timeout,
		.reload = reload,
		.reload_arg = daemon,
	};

	metric_init();
	stats_record_init();
	daemon->kind->share(daemon);
	if (!account_run(work, open_store, NULL) ||
	    !open_decoder_server(daemon, work) || !write_pid(daemon, work) ||
	    !prefork_drop_rights(work, daemon->conf.user) ||
	    !check(daemon, work) || !schema_check_apart(work))
		return fail_start(daemon, work);
	prefork.group_count = fill_groups(daemon);
	return prefork_run(&prefork);
}

static int start(struct daemon *daemon)
{
	struct work work = { .conf = &daemon->conf, .id = "start" };
	int status;

	umask(022); /* the permissions of files are those that the code gives */
	conf_init(&daemon->conf);
	work.pool = daemon->pool = pool_new();
	if (!load(daemon, &work) ||
	    (daemon->kind->open && !daemon->kind->open(daemon, &work))) {
		status = fail_start(daemon, &work);
		pool_free(daemon->pool);
		return status;
	}
	log_init(&daemon->conf, daemon->kind->name);
	work.pool = pool_new(); /* a reload frees the pool of the settings */
	status = run(daemon, &work);
	pool_free(work.pool);
	pool_free(daemon->pool);
	return status;
}

static void print_usage(const struct daemon *daemon, FILE *out)
{
	fprintf(out,
		"Usage: %s [--config FILE]\n%s"
		"  -c, --config FILE  the settings; otherwise $PIXTIER_CONFIG or\n"
		"                     " PIXTIER_SETTINGS_DIR "/pixtier.conf\n"
		"  -h, --help         this text\n"
		"  -V, --version      the version\n",
		daemon->kind->name, daemon->kind->usage);
}

int daemon_main(struct daemon *daemon, int argc, char **argv)
{
	static const struct option options[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, "c:hV", options, NULL)) != -1)
		switch (option) {
		case 'c':
			daemon->config_file = optarg;
			break;
		case 'h':
			print_usage(daemon, stdout);
			return EXIT_SUCCESS;
		case 'V':
			printf("%s " PACKAGE_VERSION "\n", daemon->kind->name);
			return EXIT_SUCCESS;
		default:
			print_usage(daemon, stderr);
			return EXIT_FAILURE;
		}
	daemon->config_file = conf_find_file(daemon->config_file);
	return start(daemon);
}
