/* fuzz_paint.c: GraphicsMagick for the targets that need it. */
#include "config.h"

#include "tests/lib/fuzz_paint.h"

#include "lib/base/pool.h"
#include "tests/lib/fuzz.h"

enum { MEMORY = 256 << 20 };

const struct paint *fuzz_paint(void)
{
	static struct paint paint;
	static struct pool *pool;

	if (!pool) {
		pool = pool_new();
		paint_init(&paint, pool, fuzz_conf(), MEMORY);
	}
	return &paint;
}
