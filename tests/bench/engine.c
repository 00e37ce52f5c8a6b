/* engine.c: renders with pixtier's own code, in a decoder process. */
#include "config.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/conf.h"
#include "lib/base/pool.h"
#include "lib/base/work.h"
#include "lib/picture/probe.h"
#include "tests/bench/measure.h"
#include "tests/lib/fixture.h"

struct engine {
	struct fixture fixture;
	struct probe probe;
	int file;
	struct recipe recipes[MEASURE__COUNT];
};

/* Asks for PNG if the picture is a PNG with transparency, else for JPEG, as the
   other engines do. */
static void parse_recipes(struct engine *engine)
{
	static const char *const names[][MEASURE__COUNT] = {
		{ "h400.jpeg", "h200.jpeg" },
		{ "h400.png", "h200.png" },
	};
	const bool is_png =
		engine->probe.alpha && engine->probe.format == FORMAT_PNG;

	for (int i = 0; i < MEASURE__COUNT; i++)
		if (!recipe_parse(&engine->recipes[i], &engine->fixture.work,
				  names[is_png][i]))
			measure_fail("%s", engine->fixture.work.why);
}

/* All pictures belong to one user, so the decoder pool keeps the process. */
static void *start(const struct measure_input *input)
{
	const struct decoder_limits limits = { (size_t)2048 << 20, 60, 0 };
	struct engine *engine = calloc(1, sizeof(*engine));

	engine->fixture = fixture_set_up();
	engine->fixture.owner = uuid_new();
	fixture_restart(&engine->fixture, &limits);
	engine->file = open(input->path, O_RDONLY | O_CLOEXEC);
	if (engine->file < 0 ||
	    !probe_read(&engine->probe, &engine->fixture.work, input->bytes,
			input->len))
		measure_fail("%s: %s", input->path, engine->fixture.work.why);
	parse_recipes(engine);
	return engine;
}

static void render(void *arg, const struct measure_input *input,
		   struct measure_output outputs[MEASURE__COUNT])
{
	struct engine *engine = arg;
	struct rendition renditions[MEASURE__COUNT];
	struct work work = { .conf = engine->fixture.conf, .pool = pool_new() };
	const struct decoder_picture picture = {
		.owner = engine->fixture.owner,
		.source = engine->file,
		.probe = &engine->probe,
		.recipes = engine->recipes,
		.count = MEASURE__COUNT,
	};

	if (!decoder_pool_render(renditions, &work, engine->fixture.decoders,
				 &picture))
		measure_fail("%s: %s", input->path, work.why);
	for (int i = 0; i < MEASURE__COUNT; i++) {
		outputs[i].len = renditions[i].len;
		outputs[i].bytes =
			memcpy(malloc(renditions[i].len), renditions[i].bytes,
			       renditions[i].len);
	}
	pool_free(work.pool);
}

int main(int argc, char **argv)
{
	return measure_main(argc, argv, start, render);
}
