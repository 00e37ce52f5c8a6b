/* fuzz_render.c: GraphicsMagick for the targets that need it. */
#include "config.h"

#include "tests/lib/fuzz_render.h"

#include "lib/base/pool.h"
#include "tests/lib/fuzz.h"

enum { MEMORY = 256 << 20 };

const struct renderer *fuzz_render(void)
{
	static struct renderer renderer;
	static struct pool *pool;

	if (!pool) {
		pool = pool_new();
		render_init(&renderer, pool, fuzz_conf(), MEMORY);
	}
	return &renderer;
}
