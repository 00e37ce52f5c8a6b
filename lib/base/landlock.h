#ifndef LIB_BASE_LANDLOCK_H
#define LIB_BASE_LANDLOCK_H

#include <stdbool.h>

/*
 * From now on this process sees no file but these, which it may read (NULL at
 * the end; those that are not there are left out), and calls nobody by TCP but
 * on these ports ("80 443"). Either may be NULL: none. False where the kernel
 * has no Landlock; one that has an old one knows nothing of ports.
 */
bool landlock_raise(const char *const *files, const char *ports);

#endif
