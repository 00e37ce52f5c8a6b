/* watermark.c: pixtierctl tier watermark. */
#include "config.h"

#include "lib/service/watermark.h"

#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "admin/command.h"
#include "lib/base/conf.h"
#include "lib/base/pool.h"
#include "lib/base/text.h"
#include "lib/picture/decoder_server.h"

static bool set_number(int64_t *number, struct work *work,
		       const struct command_field *field, int64_t min,
		       int64_t max)
{
	return text_int(number, field->value, min, max) ||
	       fail_field(work, field->name,
			  "%s: a number from %lld to %lld, not \"%.60s\"",
			  field->name, (long long)min, (long long)max,
			  field->value);
}

static bool set_field(struct tier_watermark *watermark, struct work *work,
		      const struct command_field *field)
{
	if (!strcmp(field->name, "opacity"))
		return set_number(&watermark->opacity, work, field, 1, 100);
	if (!strcmp(field->name, "scale"))
		return set_number(&watermark->scale, work, field, 1, 100);
	if (!strcmp(field->name, "from"))
		return set_number(&watermark->from, work, field, 0,
				  RECIPE_MAX_SIDE);
	if (strcmp(field->name, "position"))
		return fail_unknown(work, field->name,
				    "a watermark has no field \"%.60s\"; it "
				    "has: position opacity scale from",
				    field->name);
	watermark->position = field->value;
	return true;
}

static bool set_fields(struct tier_watermark *watermark, struct call *call)
{
	for (int i = 2; i < call->arg_count; i++) {
		struct command_field field;

		if (!command_field(&field, call, i) ||
		    !set_field(watermark, call->work, &field))
			return false;
	}
	return true;
}

static void close_fd(void *fd)
{
	close((int)(intptr_t)fd);
}

static bool open_file(int *fd, struct work *work, const char *path)
{
	*fd = open(path, O_RDONLY | O_CLOEXEC);
	if (*fd < 0)
		return fail_errno(work, "cannot open %s", path);
	pool_defer(work->pool, close_fd, (void *)(intptr_t)*fd);
	return true;
}

static pid_t start_server(struct decoder_server *server)
{
	const pid_t pid = fork();

	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	_exit(decoder_server_run(server, 0));
}

/* The PNG is input, too: only a decoder process decodes it. */
static bool check(struct tier_watermark *watermark, struct work *work, int fd)
{
	const struct decoder_limits limits = {
		.memory_bytes = (size_t)work->conf->decoder_memory_request
				<< 20,
		.seconds = work->conf->decoder_seconds_request,
	};
	struct decoder_server server;
	pid_t pid;
	bool ok;

	if (!decoder_server_open(&server, work, work->conf, &limits))
		return false;
	pid = start_server(&server);
	work->decoders = decoder_pool_new(work->conf, &limits, &server);
	ok = watermark_check(watermark, work, fd);
	decoder_pool_free(work->decoders);
	work->decoders = NULL;
	if (pid > 0) {
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
	}
	decoder_server_close(&server);
	return ok;
}

static bool set(struct call *call, const struct tier *tier)
{
	const struct actor actor = command_actor(call);
	struct tier_watermark watermark = {
		.position = "south-east",
		.opacity = WATERMARK_DEFAULT_OPACITY,
		.scale = WATERMARK_DEFAULT_SCALE,
	};
	int fd;

	return set_fields(&watermark, call) &&
	       open_file(&fd, call->work, call->args[1]) &&
	       check(&watermark, call->work, fd) &&
	       watermark_set(call->work, &actor, tier, &watermark);
}

static bool clear(struct call *call, const struct tier *tier)
{
	const struct actor actor = command_actor(call);
	struct tier_watermark watermark;

	return watermark_find(&watermark, call->work, tier->id) &&
	       watermark_remove(call->work, &actor, tier);
}

bool cmd_tiers_watermark(struct call *call)
{
	struct tier tier;

	if (!tier_by_name(&tier, call->work, call->args[0]))
		return false;
	return !strcmp(call->args[1], "none") && call->arg_count == 2
		       ? clear(call, &tier)
		       : set(call, &tier);
}
