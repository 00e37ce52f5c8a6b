/* forbidden.c: what sandboxes are there to prevent. */
#include "config.h"

#include "tests/lib/forbidden.h"

#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

bool forbidden_exec(void)
{
	char *const argv[] = { (char *)"/bin/true", NULL };

	return execv(argv[0], argv) == 0;
}

bool forbidden_fork(void)
{
	return fork() >= 0;
}

bool forbidden_kill(void)
{
	return !kill(getppid(), 0);
}

bool forbidden_map_code(void)
{
	return mmap(NULL, 4096, PROT_READ | PROT_EXEC,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED;
}
