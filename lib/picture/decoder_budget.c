/* decoder_budget.c: reserves memory for pictures in decoder processes. */
#include "config.h"

#include "lib/picture/decoder_budget.h"

#include <stdint.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "lib/base/conf.h"
#include "lib/base/crypt.h"
#include "lib/base/pool.h"
#include "lib/base/text.h"
#include "lib/base/work.h"
#include "lib/picture/decoder.h"
#include "lib/picture/decoder_memory.h"
#include "lib/picture/decoder_pool.h"
#include "lib/picture/decoder_process.h"
#include "lib/process/memory_budget.h"
#include "lib/process/metric.h"

/* A process that rendered a picture of at most this size keeps little memory;
   other processes end (decoder.c). */
enum { MOST_KEPT_MIB = 48 };

/* Address space in addition to the estimate: mapped but unused memory, and the
   huge pages in which the heap begins. */
enum { SLACK_MIB = 64 };

const char *decoder_budget_name(struct pool *pool, const struct conf *conf)
{
	enum { NAME_BYTES = 8 };
	uint8_t sum[CRYPT_SHA256_SIZE];
	char hex[2 * NAME_BYTES + 1];

	crypt_sha256(sum, conf->store_dir, strlen(conf->store_dir));
	text_hex(hex, sum, NAME_BYTES);
	return pool_printf(pool, "pixtier-%u-%s-%d", (unsigned)geteuid(), hex,
			   MEMORY_BUDGET_LAYOUT);
}

bool decoder_budget_open(struct memory_budget **budget, struct work *work,
			 struct pool *pool, const struct conf *conf)
{
	const long total_mib = conf->decoder_memory_total;
	const char *name;

	*budget = NULL;
	if (!total_mib)
		return true;
	name = decoder_budget_name(pool, conf);
	if (!memory_budget_open(budget, name, total_mib))
		return fail_errno(work,
				  "/dev/shm must be a tmpfs with the mode 1777 "
				  "and free memory, but pixtier cannot open %s "
				  "in it",
				  name);
	return true;
}

bool decoder_budget_check(struct work *work)
{
	struct memory_budget *budget;

	if (!decoder_budget_open(&budget, work, work->pool, work->conf))
		return false;
	if (budget)
		memory_budget_close(budget);
	return true;
}

/* The memory of one decoder process; it includes the source. */
static uint64_t own_mib(const struct decoder_request *request,
			const struct decoder_limits *limits)
{
	return (limits->memory_bytes + request->source_len) >> 20;
}

/* The decoded watermark, and its copy in the size for the largest variant. */
static unsigned watermark_mib(const struct render_request *request)
{
	const unsigned decoded_mib = 16;
	uint64_t most = 0;

	if (!request->watermark.len)
		return 0;
	for (uint32_t i = 0; i < request->count; i++) {
		const struct recipe_plan plan =
			recipe_plan_for(&request->recipes[i], &request->probe);
		const uint64_t bytes =
			(uint64_t)plan.width * plan.height * BITMAP_CHANNELS;

		most = bytes > most ? bytes : most;
	}
	return decoded_mib + (unsigned)(most >> 20);
}

unsigned decoder_budget_estimate_mib(const struct decoder_request *request,
				     const struct conf *conf,
				     const struct decoder_limits *limits)
{
	const struct render_request *renderer = &request->render;
	const uint64_t own = own_mib(request, limits);
	const unsigned mib =
		decoder_memory_mib(&renderer->probe, renderer->recipes,
				   renderer->count, request->source_len, conf) +
		watermark_mib(renderer);

	return mib < own ? mib : (unsigned)own;
}

unsigned decoder_budget_most_mib(const struct decoder_request *request,
				 const struct conf *conf,
				 const struct decoder_limits *limits)
{
	const uint64_t own = own_mib(request, limits);
	const uint64_t shared =
		(uint64_t)memory_budget_largest_mib(conf->decoder_memory_total);

	return (unsigned)(own < shared ? own : shared);
}

/* A worker's job is tried again when others have released memory. */
static bool fail_for_budget(struct work *work, unsigned mib,
			    const struct decoder_limits *limits)
{
	metric_add(METRIC_MEMORY_BUSY, NULL, 1);
	return fail(work, limits->work_ms ? ERR_TOO_LARGE : ERR_UNAVAILABLE,
		    "the decoder processes of this host have no %u MiB of "
		    "memory left now",
		    mib);
}

bool decoder_budget_reserve(struct decoder_process *process, struct work *work,
			    struct memory_budget *budget, unsigned mib,
			    const struct decoder_limits *limits)
{
	const long largest_mib =
		memory_budget_largest_mib(work->conf->decoder_memory_total);

	if (!budget)
		return true;
	if (mib > largest_mib)
		return fail(work, ERR_TOO_LARGE,
			    "it needs %u MiB of memory, more than %ld", mib,
			    largest_mib);
	return memory_budget_take(budget, &process->holder, work, mib) ||
	       fail_for_budget(work, mib, limits);
}

/* The hard limit covers all pictures of the process (decoder_main.c). */
void decoder_budget_limit(const struct decoder_process *process, unsigned mib,
			  const struct conf *conf,
			  const struct decoder_limits *limits)
{
	const rlim_t most = limits->memory_bytes + (rlim_t)conf->max_upload;
	const rlim_t own = ((rlim_t)mib + SLACK_MIB) << 20;
	const pid_t pid = process->child.pid;
	struct rlimit limit;

	if (process->holder.place < 0 ||
	    prlimit(pid, RLIMIT_AS, NULL, &limit) ||
	    limit.rlim_max == RLIM_INFINITY)
		return;
	limit.rlim_cur = limit.rlim_max - most + (own < most ? own : most);
	(void)!prlimit(pid, RLIMIT_AS, &limit, NULL);
}

bool decoder_budget_may_wait(const struct memory_budget *budget, unsigned mib)
{
	return !budget || mib <= MOST_KEPT_MIB;
}
