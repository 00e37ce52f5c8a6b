/* main.c: the supervisor of the workers. */
#include "config.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/base/log.h"
#include "lib/base/metric.h"
#include "lib/base/pool.h"
#include "lib/base/prefork.h"
#include "worker/labour.h"

struct program {
	const char *config_file;
	struct pool *pool;
	struct conf conf;
	struct prefork_group group;
};

static bool load(struct program *program, struct work *work)
{
	return conf_load(&program->conf, work, program->config_file);
}

/* New settings, or the old ones when the new have a fault. */
static bool reload(void *arg)
{
	struct program *program = arg;
	struct program fresh = *program;
	struct work work = { .pool = pool_new(), .id = "reload" };

	fresh.pool = work.pool;
	if (!load(&fresh, &work)) {
		log_failure(&work, "reload_failed");
		pool_free(work.pool);
		return false;
	}
	pool_free(program->pool);
	*program = fresh;
	program->group.count = program->conf.workers;
	LOG_EVENT(LOG_LEVEL_INFO, "reloaded",
		  log_text("config", program->config_file));
	return true;
}

static int run(struct program *program, struct work *work)
{
	struct prefork prefork = {
		.groups = &program->group,
		.group_count = 1,
		.stop_timeout = program->conf.stop_timeout,
		.reload = reload,
		.reload_arg = program,
	};

	const char *dir = program->conf.run_dir;
	const char *pid_file =
		*dir ? pool_printf(work->pool, "%s/pixtier-worker.pid", dir)
		     : "";

	program->group =
		(struct prefork_group){ "worker", program->conf.workers,
					labour_run, &program->conf };
	metric_init();
	if (!prefork_write_pid(work, pid_file) ||
	    !prefork_drop_rights(work, program->conf.user)) {
		log_failure(work, "start_failed");
		return EXIT_FAILURE;
	}
	return prefork_run(&prefork);
}

static void usage(FILE *out)
{
	fputs("Usage: pixtier-worker [--config FILE]\n"
	      "Carries out the jobs that responders leave in the database.\n"
	      "  -c, --config FILE  the settings; see pixtierctl settings\n"
	      "  -h, --help         this text\n"
	      "  -V, --version      the version\n",
	      out);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ 0 },
	};
	struct program program = { .pool = pool_new() };
	struct work work = { .conf = &program.conf, .id = "start" };
	int option, status;

	while ((option = getopt_long(argc, argv, "c:hV", options, NULL)) != -1)
		switch (option) {
		case 'c':
			program.config_file = optarg;
			break;
		case 'h':
			usage(stdout);
			return EXIT_SUCCESS;
		case 'V':
			puts("pixtier-worker " PACKAGE_VERSION);
			return EXIT_SUCCESS;
		default:
			usage(stderr);
			return EXIT_FAILURE;
		}
	work.pool = program.pool;
	if (!load(&program, &work)) {
		fprintf(stderr, "pixtier-worker: %s\n", work.why);
		pool_free(program.pool);
		return EXIT_FAILURE;
	}
	log_init(&program.conf, "pixtier-worker");
	work.pool = pool_new(); /* the reload frees the settings' */
	status = run(&program, &work);
	pool_free(work.pool);
	pool_free(program.pool);
	return status;
}
