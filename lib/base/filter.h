#ifndef LIB_BASE_FILTER_H
#define LIB_BASE_FILTER_H

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

/*
 * The sanitizers reserve terabytes of addresses, report on stderr and read
 * /proc to do so; a build with them is for tests and keeps these ways open.
 */
enum { FILTER_WITH_SANITIZER = HAS_ASAN };

/* What an argument of a system call has to be; `mask` is for MASKED alone:
   these bits of it are `value`. */
enum filter_test { FILTER_ANY, FILTER_IS, FILTER_IS_NOT, FILTER_MASKED };
struct filter_argument {
	enum filter_test test;
	unsigned index; /* from 0 */
	uint64_t value, mask;
};

/* A system call, by name, that is made when its arguments are so; or that
   fails with `error` unless that is 0. */
struct filter_call {
	const char *name; /* NULL: the list's end */
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
 * A process that has entered the filter is killed by any system call but those
 * of the list and what every program needs: memory that never becomes code,
 * time, and its end. Questions about files fail with EACCES; so does opening
 * one, unless `may_read`: then it is opened for nothing but reading.
 * Compiled once, in the pool, NULL when this machine cannot; and entered by
 * each child with one system call. The process that enters it has
 * PR_SET_NO_NEW_PRIVS set.
 */
struct filter;
const struct filter *filter_compile(struct pool *pool,
				    const struct filter_call *calls,
				    bool may_read);
bool filter_enter(const struct filter *filter);

#endif
