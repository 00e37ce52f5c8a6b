/* fail.h: tells analyzers, which see one file at a time, that a function that
   fails returns false. It comes before each file but work.c. */
#include "config.h"

#include "lib/base/work.h"

#define fail(...)           (fail(__VA_ARGS__), false)
#define fail_field(...)     (fail_field(__VA_ARGS__), false)
#define fail_unknown(...)   (fail_unknown(__VA_ARGS__), false)
#define fail_transient(...) (fail_transient(__VA_ARGS__), false)
#define fail_errno(...)     (fail_errno(__VA_ARGS__), false)
