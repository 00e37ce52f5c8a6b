#ifndef TESTS_LIB_ROW_H
#define TESTS_LIB_ROW_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/base/util.h"

/*
 * A loop over the rows of a table. When a test fails inside it, the rows of all
 * loops around the failure are printed: "# in cases[3], formats[1]".
 */
#define EACH_ROW(i, rows)                                                      \
	for (size_t i __attribute__((cleanup(row_leave))) = row_enter(#rows);  \
	     row_at(i, ARRAY_LEN(rows)); i++)

/* What the loop calls. The first index is 0. */
size_t row_enter(const char *table);
bool row_at(size_t i, size_t count);
void row_leave(const size_t *i);

#endif
