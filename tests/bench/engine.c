/* engine.c: renders by pixtier's own code, in its decoder process. */
#include "config.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/conf.h"
#include "lib/base/pool.h"
#include "lib/base/work.h"
#include "lib/picture/painter.h"
#include "lib/picture/probe.h"
#include "tests/bench/measure.h"

struct engine {
	struct conf conf;
	struct work work;
	struct probe probe;
	struct painter *painter;
	int file;
	struct recipe recipes[MEASURE__COUNT];
};

/* As with the others: PNG where there is transparency, else JPEG. */
static void parse_recipes(struct engine *engine)
{
	static const char *const names[][MEASURE__COUNT] = {
		{ "h400.jpeg", "h200.jpeg" },
		{ "h400.png", "h200.png" },
	};
	const bool is_png =
		engine->probe.alpha && engine->probe.format == FORMAT_PNG;

	for (int i = 0; i < MEASURE__COUNT; i++)
		if (!recipe_parse(&engine->recipes[i], &engine->work,
				  names[is_png][i]))
			measure_fail("%s", engine->work.why);
}

static void *start(const struct measure_input *input)
{
	const struct painter_limits limits = { (size_t)2048 << 20, 60 };
	struct engine *engine = calloc(1, sizeof(*engine));

	conf_init(&engine->conf);
	engine->conf.sandbox = SANDBOX_BEST_EFFORT;
	engine->work.conf = &engine->conf;
	engine->work.pool = pool_new();
	engine->file = open(input->path, O_RDONLY | O_CLOEXEC);
	if (engine->file < 0 || !probe_read(&engine->probe, &engine->work,
					    input->bytes, input->len))
		measure_fail("%s: %s", input->path, engine->work.why);
	parse_recipes(engine);
	engine->painter = painter_new(&engine->conf, &limits);
	return engine;
}

static void render(void *arg, const struct measure_input *input,
		   struct measure_output outputs[MEASURE__COUNT])
{
	struct engine *engine = arg;
	struct painted painted[MEASURE__COUNT];
	struct work work = { .conf = &engine->conf, .pool = pool_new() };

	if (!painter_paint(painted, &work, engine->painter, engine->file,
			   &engine->probe, engine->recipes, MEASURE__COUNT))
		measure_fail("%s: %s", input->path, work.why);
	for (int i = 0; i < MEASURE__COUNT; i++) {
		outputs[i].len = painted[i].len;
		outputs[i].bytes = memcpy(malloc(painted[i].len),
					  painted[i].bytes, painted[i].len);
	}
	pool_free(work.pool);
}

int main(int argc, char **argv)
{
	return measure_main(argc, argv, start, render);
}
