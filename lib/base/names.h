#ifndef LIB_BASE_NAMES_H
#define LIB_BASE_NAMES_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/base/util.h"

struct work;

/*
 * The names that clients, the log and the database use for the values of an
 * enum, which are the indexes of `list`. A value without a name is no choice:
 * many enums begin at 1, so that 0 means none.
 */
struct names {
	const char *const *list;
	size_t count;
	/* Other versions may have more values: the database layer reads their
	   names as 0. */
	bool is_open;
};

#define NAMES_OF(names)                                                        \
	{                                                                      \
		.list = (names), .count = ARRAY_LEN(names)                     \
	}

/* Returns NULL for a value without a name. */
const char *names_get(const struct names *names, size_t value);

bool names_find(unsigned *value, const struct names *names,
		const char *text) MUST_CHECK;

/* As names_find(), for a field of a request: ERR_INVALID_FIELD, with the names
   in the text. NULL is 0. */
bool names_read(unsigned *value, struct work *work, const struct names *names,
		const char *field, const char *text) MUST_CHECK;

#endif
