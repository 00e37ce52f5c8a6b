#ifndef LIB_PROCESS_FILTER_H
#define LIB_PROCESS_FILTER_H

#include <stdbool.h>
#include <stdint.h>

struct pool;

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAS_ASAN 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define HAS_ASAN 1
#endif
#ifndef HAS_ASAN
#define HAS_ASAN 0
#endif

/* The sanitizers reserve terabytes of address space, write to stderr and read
   /proc. A build with sanitizers is only for tests and allows these calls. */
enum { FILTER_WITH_SANITIZER = HAS_ASAN };

/* The test of an argument of a system call. `mask` is only for FILTER_MASKED:
   these bits of the argument must be `value`. */
enum filter_test { FILTER_ANY, FILTER_IS, FILTER_IS_NOT, FILTER_MASKED };
struct filter_argument {
	enum filter_test test;
	unsigned index; /* from 0 */
	uint64_t value, mask;
};

/* A system call by name. It is allowed if its arguments pass the tests; if
   `error` is not 0, it fails with this error instead. */
struct filter_call {
	const char *name; /* NULL: the end of the list */
	int error;
	struct filter_argument when[2];
};

/* Rows of such a list. */
/* clang-format off */
#define FILTER_MAKES(name, ...)        { name, 0, { __VA_ARGS__ } }
#define FILTER_FAILS(name, error, ...) { name, error, { __VA_ARGS__ } }
#define FILTER_IF(index, value)        { FILTER_IS, index, value, 0 }
#define FILTER_UNLESS(index, value)    { FILTER_IS_NOT, index, value, 0 }
#define FILTER_BITS(index, mask, value) { FILTER_MASKED, index, value, mask }
/* clang-format on */

/*
 * A process in the filter is killed by any system call except those of the list
 * and those that every program needs: memory that is not executable, time, and
 * exit. Calls that ask about files fail with EACCES. Opening a file also fails,
 * unless `may_read`: then files can be opened, but only for reading.
 *
 * The filter is compiled once, in the pool; NULL if this machine does not
 * support it. Each child enters it with one system call, and must have
 * PR_SET_NO_NEW_PRIVS set.
 */
struct filter;
const struct filter *filter_compile(struct pool *pool,
				    const struct filter_call *calls,
				    bool may_read);
bool filter_enter(const struct filter *filter);

#endif
