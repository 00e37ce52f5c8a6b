#ifndef TESTS_LIB_FORBIDDEN_H
#define TESTS_LIB_FORBIDDEN_H

#include <stdbool.h>

/* What no sandboxed process may do. True: it was done. */
bool forbidden_exec(void);
bool forbidden_fork(void);
bool forbidden_kill(void);
bool forbidden_map_code(void);

#endif
