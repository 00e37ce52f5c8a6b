#ifndef LIB_BASE_MEMORY_FILE_H
#define LIB_BASE_MEMORY_FILE_H

#include <stddef.h>

#include "lib/base/work.h"

/* Makes a file in memory with these bytes, for what needs a descriptor; freeing
   the pool closes it. `name` is for people who look at the process. */
bool memory_file_new(int *fd, struct work *work, const char *name,
		     const void *bytes, size_t len) MUST_CHECK;

#endif
