/* memory_file.c: files that exist only in memory. */
#include "config.h"

#include "lib/base/memory_file.h"

#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/base/pool.h"

static void close_fd(void *fd)
{
	close((int)(intptr_t)fd);
}

bool memory_file_new(int *fd, struct work *work, const char *name,
		     const void *bytes, size_t len)
{
	const int made = memfd_create(name, MFD_CLOEXEC);

	if (made < 0)
		return fail_errno(work, "cannot make a file in memory");
	pool_defer(work->pool, close_fd, (void *)(intptr_t)made);
	if (write(made, bytes, len) != (ssize_t)len)
		return fail_errno(work, "cannot write a file in memory");
	*fd = made;
	return true;
}
