/* variant.c: renders one variant of a picture: FILE RECIPE OUT [PNG]. The PNG
   is drawn as a watermark. */
#include "config.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "lib/base/conf.h"
#include "lib/base/pool.h"
#include "lib/base/work.h"
#include "lib/picture/probe.h"
#include "lib/picture/watermark.h"
#include "tests/lib/fixture.h"

static void must(bool ok, const struct work *work)
{
	if (ok)
		return;
	fprintf(stderr, "%s\n", work->why);
	exit(1);
}

static void read_file(struct fixture_file *file, struct work *work,
		      const char *path)
{
	struct stat st;

	file->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (file->fd < 0 || fstat(file->fd, &st)) {
		perror(path);
		exit(1);
	}
	file->len = (size_t)st.st_size;
	file->bytes =
		mmap(NULL, file->len, PROT_READ, MAP_PRIVATE, file->fd, 0);
	must(probe_read(&file->probe, work, file->bytes, file->len), work);
}

static void read_mark(struct watermark *watermark, struct work *work,
		      const char *path)
{
	struct fixture_file file;

	read_file(&file, work, path);
	*watermark = (struct watermark){
		.place = { GRAVITY_SOUTH_EAST, 70, 30, 100 },
		.bytes = file.bytes,
		.len = file.len,
	};
	must(watermark_probe(watermark, work), work);
}

static void write_file(const char *path, const struct rendition *rendition)
{
	FILE *out = fopen(path, "wb");

	if (!out ||
	    fwrite(rendition->bytes, 1, rendition->len, out) !=
		    rendition->len ||
	    fclose(out)) {
		perror(path);
		exit(1);
	}
}

int main(int argc, char **argv)
{
	struct fixture fixture;
	struct fixture_file file;
	struct rendition rendition;
	struct watermark mark;
	struct recipe recipe;

	if (argc < 4 || argc > 5) {
		fprintf(stderr, "usage: %s FILE RECIPE OUT [PNG]\n", argv[0]);
		return 2;
	}
	fixture = fixture_set_up();
	read_file(&file, &fixture.work, argv[1]);
	must(recipe_parse(&recipe, &fixture.work, argv[2]), &fixture.work);
	if (argc == 5)
		read_mark(&mark, &fixture.work, argv[4]);
	must(decoder_pool_render(&rendition, &fixture.work, fixture.decoders,
				 &(struct decoder_picture){
					 .source = file.fd,
					 .probe = &file.probe,
					 .watermark = argc == 5 ? &mark : NULL,
					 .recipes = &recipe,
					 .count = 1,
				 }),
	     &fixture.work);
	write_file(argv[3], &rendition);
	fixture_clear_up(&fixture);
	return 0;
}
