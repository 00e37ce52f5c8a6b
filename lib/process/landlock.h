#ifndef LIB_PROCESS_LANDLOCK_H
#define LIB_PROCESS_LANDLOCK_H

#include <stdbool.h>

/*
 * From now on this process can read only these files (NULL at the end; missing
 * ones are skipped), write none, and connect by TCP only to these ports ("80
 * 443"). Either may be NULL: none is allowed. Returns false if the kernel has
 * no Landlock. Old versions of Landlock do not limit ports.
 */
bool landlock_raise(const char *const *files, const char *ports);

#endif
