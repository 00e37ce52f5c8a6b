/* doctor_decoder.c: checks what decoder processes and fetching need. */
#include "config.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "admin/doctor.h"
#include "lib/base/account.h"
#include "lib/base/conf.h"
#include "lib/picture/decoder.h"
#include "lib/picture/decoder_budget.h"
#include "lib/process/memory_budget.h"
#include "lib/service/fetch.h"

static struct finding judge_sandbox(const struct doctor *d, const char *sandbox,
				    const char *risk, const char *loss)
{
	const struct conf *conf = d->work->conf;
	bool sandboxed = strstr(sandbox, "seccomp");

	if (conf->sandbox == SANDBOX_OFF)
		return FINDING(d, WARN,
			       "off: nothing restricts %s; set sandbox to "
			       "required",
			       risk);
	if (!sandboxed && conf->sandbox == SANDBOX_REQUIRED)
		return FINDING(d, BAD,
			       "seccomp is not available (%s), so %s: allow "
			       "it, or set sandbox to best-effort",
			       sandbox, loss);
	if (!sandboxed)
		return FINDING(d, WARN, "seccomp is not available (%s)",
			       sandbox);
	return FINDING(d, FINE, "%s", sandbox);
}

struct finding doctor_look_at_decoder(struct doctor *d)
{
	const char *path = d->work->conf->decoder;

	if (access(path, X_OK))
		return FINDING(d, BAD,
			       "%s: %s, so no picture can be rendered: set "
			       "decoder to the path of the program "
			       "pixtier-decoder",
			       path, strerror(errno));
	return FINDING(d, FINE, "%s", path);
}

static bool open_budget(struct work *work, void *arg)
{
	(void)arg;
	return decoder_budget_check(work);
}

struct finding doctor_look_at_memory(struct doctor *d)
{
	struct work aside = *d->work;
	struct conf conf = *d->work->conf;

	conf_measure(&conf, memory_budget_default_mib());
	aside.conf = &conf;
	if (!account_run(&aside, open_budget, NULL))
		return FINDING(d, BAD, "%s", aside.why);
	return FINDING(d, FINE, "%ld MiB for pictures in decoder processes",
		       conf.decoder_memory_total);
}

struct finding doctor_look_at_sandbox(struct doctor *d)
{
	return judge_sandbox(
		d, decoder_describe_sandbox(d->work->pool, d->work->conf),
		"a decoder process that a malicious picture "
		"controls",
		"no picture can be rendered");
}

struct finding doctor_look_at_fetching(struct doctor *d)
{
	return judge_sandbox(
		d, fetch_describe_sandbox(d->work->pool, d->work->conf),
		"a fetch process that a malicious web server "
		"controls",
		"fetching and webhooks fail");
}
