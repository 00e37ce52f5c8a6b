/* rows.c: collects the rows of a statement in an array. */
#include "config.h"

#include "lib/db/rows.h"

#include <string.h>

#include "lib/base/pool.h"

bool rows_keep(struct work *work, void *arg)
{
	struct rows *rows = arg;

	if (rows->count == rows->room) {
		void *list;

		rows->room = rows->room ? 2 * rows->room : 8;
		list = pool_alloc(work->pool, rows->room * rows->size);
		if (rows->count)
			memcpy(list, rows->list, rows->count * rows->size);
		rows->list = list;
	}
	memcpy((char *)rows->list + rows->count++ * rows->size, rows->row,
	       rows->size);
	return true;
}
