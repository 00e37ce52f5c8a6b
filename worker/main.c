/* main.c: the supervisor of the workers. */
#include "config.h"

#include "lib/base/uuid.h"
#include "lib/service/daemon.h"
#include "worker/worker.h"

/* The state of the supervisor. */
struct program {
	struct daemon daemon; /* the first: see program_of() */
	char instance[UUID_TEXT_SIZE];
	struct worker_shared *shared;
	struct worker_config config;
};

static struct program *program_of(struct daemon *daemon)
{
	return (struct program *)daemon;
}

static void share_memory(struct daemon *daemon)
{
	struct program *program = program_of(daemon);

	uuid_text(uuid_new(), program->instance);
	program->shared = worker_share();
}

static size_t fill_groups(struct daemon *daemon)
{
	struct program *program = program_of(daemon);

	program->config =
		(struct worker_config){ &daemon->conf, &daemon->decoder_server,
					program->instance, program->shared };
	daemon->groups[1] =
		(struct prefork_group){ "worker", daemon->conf.workers,
					worker_run, &program->config, false };
	return 2;
}

static const struct daemon_kind kind = {
	.name = "pixtier-worker",
	.usage = "Runs the jobs that responders queue in the database.\n",
	.limits = worker_decoder_limits,
	.share = share_memory,
	.fill_groups = fill_groups,
};

int main(int argc, char **argv)
{
	struct program program = { .daemon.kind = &kind };

	return daemon_main(&program.daemon, argc, argv);
}
