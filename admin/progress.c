/* progress.c: the line that shows how far a command is. */
#include "config.h"

#include "admin/progress.h"

#include <stdio.h>
#include <unistd.h>

#include "lib/base/clock.h"

enum { INTERVAL_MS = 200, BAR = 30 };

static void print_bar(int64_t done, int64_t total)
{
	const int full = (int)(done >= total ? BAR : done * BAR / total);

	fputc('[', stderr);
	for (int i = 0; i < BAR; i++)
		fputc(i < full ? '#' : '.', stderr);
	fprintf(stderr, "] %lld of ", (long long)done);
}

void progress_show(struct progress *progress, int64_t done, int64_t total)
{
	int64_t now = clock_monotonic_ms();

	if (now < progress->next_ms || !isatty(STDERR_FILENO))
		return;
	progress->next_ms = now + INTERVAL_MS;
	progress->shown = true;
	fputc('\r', stderr);
	if (total)
		print_bar(done, total);
	fprintf(stderr, "%lld %s", (long long)(total ? total : done),
		progress->what);
}

void progress_end(struct progress *progress)
{
	if (progress->shown)
		fputs("\r\033[K", stderr);
	progress->shown = false;
}
