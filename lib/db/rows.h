#ifndef LIB_DB_ROWS_H
#define LIB_DB_ROWS_H

#include <stddef.h>

#include "lib/base/work.h"

/* Collects the rows of db_each() in an array that belongs to the pool. `row` is
   the struct that contains the DB_OUT places; rows_keep() is the callback. */
struct rows {
	const void *row;
	size_t size;
	void *list;
	size_t count;
	size_t room;
};

#define ROWS_OF(struct_row)                                                    \
	{                                                                      \
		.row = &(struct_row), .size = sizeof(struct_row)               \
	}

bool rows_keep(struct work *work, void *rows);

#endif
