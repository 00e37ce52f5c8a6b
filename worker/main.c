/* main.c: the supervisor of the workers. */
#include "config.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/base/log.h"
#include "lib/base/metric.h"
#include "lib/base/pool.h"
#include "lib/base/prefork.h"
#include "lib/base/uuid.h"
#include "lib/picture/decoder_server.h"
#include "worker/worker.h"

struct program {
	const char *config_file;
	struct pool *pool;
	struct conf conf;
	char instance[UUID_TEXT_SIZE];
	struct worker_shared *shared;
	struct worker_config config;
	struct decoder_server decoder_server;
	struct prefork_group groups[2];
};

static bool load(struct program *program, struct work *work)
{
	if (!conf_load(&program->conf, work, program->config_file))
		return false;
	conf_measure(&program->conf);
	return true;
}

static bool open_decoder_server(struct program *program, struct work *work)
{
	const struct decoder_limits limits =
		worker_decoder_limits(&program->conf);

	return decoder_server_open(&program->decoder_server, work,
				   &program->conf, &limits);
}

static void fill_groups(struct program *program)
{
	program->config =
		(struct worker_config){ &program->conf,
					&program->decoder_server,
					program->instance, program->shared };
	program->groups[0] =
		(struct prefork_group){ "decoder", 1, decoder_server_run,
					&program->decoder_server, true };
	program->groups[1] =
		(struct prefork_group){ "worker", program->conf.workers,
					worker_run, &program->config, false };
}

/* Loads new settings, or keeps the old ones if the new ones have an error. */
static bool reload(void *arg)
{
	struct program *program = arg;
	struct program fresh = *program;
	struct work work = { .pool = pool_new(), .id = "reload" };

	fresh.pool = work.pool;
	if (!load(&fresh, &work) || !open_decoder_server(&fresh, &work)) {
		log_failure(&work, "reload_failed");
		pool_free(work.pool);
		return false;
	}
	pool_free(program->pool);
	decoder_server_close(&program->decoder_server);
	*program = fresh;
	program->decoder_server.conf = &program->conf;
	fill_groups(program);
	LOG_EVENT(LOG_LEVEL_INFO, "reloaded",
		  log_text("config", program->config_file));
	return true;
}

static int run(struct program *program, struct work *work)
{
	struct prefork prefork = {
		.groups = program->groups,
		.group_count = ARRAY_LEN(program->groups),
		.stop_timeout = program->conf.stop_timeout,
		.reload = reload,
		.reload_arg = program,
	};

	const char *dir = program->conf.run_dir;
	const char *pid_file =
		*dir ? pool_printf(work->pool, "%s/pixtier-worker.pid", dir)
		     : "";

	metric_init();
	if (!open_decoder_server(program, work) ||
	    !prefork_write_pid(work, pid_file) ||
	    !prefork_drop_rights(work, program->conf.user)) {
		log_failure(work, "start_failed");
		return EXIT_FAILURE;
	}
	uuid_text(uuid_new(), program->instance);
	program->shared = worker_share();
	fill_groups(program);
	return prefork_run(&prefork);
}

static void usage(FILE *out)
{
	fputs("Usage: pixtier-worker [--config FILE]\n"
	      "Runs the jobs that responders queue in the database.\n"
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
	work.pool = pool_new(); /* a reload frees the pool of the settings */
	status = run(&program, &work);
	pool_free(work.pool);
	pool_free(program.pool);
	return status;
}
