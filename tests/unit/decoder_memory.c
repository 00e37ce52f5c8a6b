/* decoder_memory.c: compares the memory that rendering takes with its
   estimate. */
#include "config.h"

#include "lib/picture/decoder_memory.h"

#include <endian.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <magick/api.h>

#include "lib/base/pool.h"
#include "lib/picture/animation_limits.h"
#include "lib/picture/render.h"
#include "lib/picture/tiff.h"
#include "lib/process/filter.h"
#include "lib/process/shared.h"
#include "tests/unit/test.h"

/* An estimate that is much larger than what is used keeps memory from others.
   What a decoder process has at its start is in the estimate, too. */
enum { MOST_MIB = 2048, WORST_FACTOR = 4, WORST_MIB = 96, START_MIB = 16 };

struct picture {
	enum format format;
	uint32_t width, height;
	unsigned depth;
	bool interlaced, alpha, ink;
	const char *definition; /* of GraphicsMagick; or NULL */
	int frames;
};

static const struct {
	const char *name;
	struct picture picture;
	const char *recipes[3];
} cases[] = {
	/* clang-format off */
	{ "jpeg",              { FORMAT_JPEG, 1500, 1000, 8, false, false, false, NULL, 1 }, { "h400", "h200" } },
	{ "jpeg, enlarged",    { FORMAT_JPEG,  300,  200, 8, false, false, false, NULL, 1 }, { "1500x1000-exact" } },
	{ "jpeg, progressive", { FORMAT_JPEG, 1500, 1000, 8, true,  false, false, NULL, 1 }, { "h400", "h200" } },
	{ "jpeg, ink",         { FORMAT_JPEG, 1500, 1000, 8, true,  false, true,  NULL, 1 }, { "h400", "h200" } },
	{ "jpeg, wide",        { FORMAT_JPEG, 60000, 100, 8, false, false, false, NULL, 1 }, { "w8000" } },
	{ "png",               { FORMAT_PNG,  1500, 1000, 8, false, false, false, NULL, 1 }, { "h400", "h200" } },
	{ "png, 16 bits",      { FORMAT_PNG, 1500, 1000, 16, false, true,  false, NULL, 1 }, { "h400", "h200" } },
	{ "png, wide",         { FORMAT_PNG, 60000, 100, 16, false, true,  false, NULL, 1 }, { "w8000" } },
	{ "png, interlaced",   { FORMAT_PNG,  1500, 1000, 8, true,  false, false, NULL, 1 }, { "h400", "h200" } },
	{ "png, both",         { FORMAT_PNG, 1500, 1000, 16, true,  true,  false, NULL, 1 }, { "h400", "h200" } },
	{ "gif",               { FORMAT_GIF,  1500, 1000, 8, false, false, false, NULL, 1 }, { "h400", "h200" } },
	{ "webp",              { FORMAT_WEBP, 1500, 1000, 8, false, false, false, NULL, 1 }, { "h400", "h200" } },
	{ "webp, alpha",       { FORMAT_WEBP, 1500, 1000, 8, false, true,  false, NULL, 1 }, { "h400", "h200" } },
	{ "webp, lossless",    { FORMAT_WEBP, 1500, 1000, 8, false, true,  false, "webp:lossless=true", 1 }, { "h400", "h200" } },
	{ "gif, animated",     { FORMAT_GIF,  900, 600, 8, false, false, false, NULL, 4 }, { "w800" } },
	{ "gif to webp",       { FORMAT_GIF,  900, 600, 8, false, false, false, NULL, 4 }, { "w800.webp" } },
	{ "tiff",              { FORMAT_TIFF, 1500, 1000, 8, false, false, false, NULL, 1 }, { "h400", "h200" } },
	{ "tiff, 16 bits",     { FORMAT_TIFF, 1500, 1000, 16, false, true, false, "tiff:rows-per-strip=1000", 1 }, { "h400", "h200" } },
	{ "tiff, 32 bits",     { FORMAT_TIFF, 1500, 1000, 32, false, true, false, "tiff:rows-per-strip=1000", 1 }, { "h400", "h200" } },
	{ "bmp",               { FORMAT_BMP,  1500, 1000, 8, false, false, false, NULL, 1 }, { "h400", "h200" } },
	{ "to jpeg",           { FORMAT_PNG,  300, 200, 8,   false, true,  false, NULL, 1 }, { "1500x1000-exact.jpeg" } },
	{ "to png",            { FORMAT_PNG,  300, 200, 8,   false, true,  false, NULL, 1 }, { "1500x1000-exact.png" } },
	{ "to gif",            { FORMAT_PNG,  300, 200, 8,   false, true,  false, NULL, 1 }, { "1500x1000-exact.gif" } },
	{ "to webp",           { FORMAT_PNG,  300, 200, 8,   false, true,  false, NULL, 1 }, { "1500x1000-exact.webp" } },
	{ "to tiff",           { FORMAT_PNG,  300, 200, 8,   false, true,  false, NULL, 1 }, { "1500x1000-exact.tiff" } },
	{ "to bmp",            { FORMAT_PNG,  300, 200, 8,   false, true,  false, NULL, 1 }, { "1500x1000-exact.bmp" } },
	{ "to several",        { FORMAT_PNG, 1500, 1000, 8,  false, true,  false, NULL, 1 }, { "h900.webp", "h800.png", "h700.jpeg" } },
	/* clang-format on */
};

/* Of one tile, which is all of the picture and has a copy in memory. */
struct tile {
	const char *name;
	uint16_t photometric, samples, bits;
};

static const struct tile tiles[] = {
	{ "tile of gray", TIFF_BLACK_IS_0, 1, 8 },
	{ "tile of gray, 16 bits", TIFF_BLACK_IS_0, 1, 16 },
	{ "tile, bilevel", TIFF_BLACK_IS_0, 1, 1 },
	{ "tile of gray and alpha", TIFF_BLACK_IS_0, 2, 8 },
	{ "tile of indices", TIFF_INDEXED, 1, 8 },
	{ "tile of indices, 4 bits", TIFF_INDEXED, 1, 4 },
	{ "tile of indices and alpha", TIFF_INDEXED, 2, 8 },
	{ "tile of RGB", TIFF_RGB, 3, 8 },
	{ "tile of YCbCr", TIFF_YCBCR, 3, 8 },
};

/* Waves, and noise in the last bits, which nothing compresses. */
static Image *new_image(const struct picture *picture)
{
	Image *image = AllocateImage(NULL);
	uint32_t seed = 1;

	image->columns = picture->width;
	image->rows = picture->height;
	image->depth = picture->depth;
	image->matte = picture->alpha;
	for (uint32_t y = 0; y < picture->height; y++) {
		PixelPacket *row =
			SetImagePixels(image, 0, (long)y, picture->width, 1);

		for (uint32_t x = 0; x < picture->width; x++) {
			const double wave = sin(x / 31.0) * cos(y / 47.0);

			seed = seed * 1664525 + 1013904223;
			row[x].red =
				(Quantum)(30000 + 20000 * wave + (seed >> 20));
			row[x].green =
				(Quantum)(30000 - 20000 * wave + (seed >> 21));
			row[x].blue = (Quantum)(seed >> 19);
			row[x].opacity = picture->alpha ? (Quantum)(seed >> 18)
							: OpaqueOpacity;
		}
		SyncImagePixels(image);
	}
	return image;
}

static Image *new_frames(const struct picture *picture)
{
	Image *frames = NULL;

	for (int i = 0; i < picture->frames; i++)
		AppendImageToList(&frames, new_image(picture));
	return frames;
}

static void write_picture(int file, const struct picture *picture)
{
	Image *image = new_frames(picture);
	ImageInfo *info = CloneImageInfo(NULL);
	ExceptionInfo exception;
	size_t len = 0;
	void *bytes;

	GetExceptionInfo(&exception);
	info->adjoin = MagickTrue;
	info->interlace = picture->interlaced ? LineInterlace : NoInterlace;
	if (picture->ink)
		TransformColorspace(image, CMYKColorspace);
	if (picture->definition)
		AddDefinitions(info, picture->definition, &exception);
	snprintf(image->magick, sizeof(image->magick), "%.*s",
		 (int)strcspn(format_row(picture->format)->coder, ":"),
		 format_row(picture->format)->coder);
	bytes = ImageToBlob(info, image, &len, &exception);
	if (!bytes || write(file, bytes, len) != (ssize_t)len)
		_exit(1);
	_exit(0);
}

static void put(int file, const void *bytes, size_t len)
{
	if (write(file, bytes, len) != (ssize_t)len)
		_exit(1);
}

/* One value, or the offset of several. */
static void put_entry(int file, uint16_t tag, uint16_t type, uint32_t count,
		      uint32_t value)
{
	const uint16_t head[] = { htole16(tag), htole16(type) };
	const uint32_t tail[] = { htole32(count), htole32(value) };

	put(file, head, sizeof(head));
	put(file, tail, sizeof(tail));
}

/* A TIFF without compression: header, bits of the samples, palette, pixels of
   value 0, directory. */
static void write_tile(int file, const struct tile *tile)
{
	enum { WIDTH = 3008, HEIGHT = 2000, BITS_AT = 8, PALETTE_AT = 16 };
	enum { PIXELS_AT = 4096, SHORT = 3, LONG = 4 };
	const uint32_t len =
		WIDTH * HEIGHT / 8 * tile->bits * (uint32_t)tile->samples;
	const uint32_t header[] = { htole32(0x002a4949),
				    htole32(PIXELS_AT + len) };
	const uint16_t bits = htole16(tile->bits), one = htole16(1);
	const uint16_t count =
		htole16(tile->photometric == TIFF_INDEXED ? 12 : 11);

	put(file, header, sizeof(header));
	for (int i = 0; i < 3; i++)
		put(file, &bits, sizeof(bits));
	lseek(file, PALETTE_AT, SEEK_SET);
	for (int i = 0; i < 3 << 8; i++)
		put(file, &one, sizeof(one));
	lseek(file, PIXELS_AT + len, SEEK_SET);
	put(file, &count, sizeof(count));
	put_entry(file, TIFF_WIDTH, LONG, 1, WIDTH);
	put_entry(file, TIFF_HEIGHT, LONG, 1, HEIGHT);
	if (tile->samples < 3)
		put_entry(file, TIFF_BITS, SHORT, tile->samples,
			  tile->bits | (uint32_t)tile->bits << 16);
	else
		put_entry(file, TIFF_BITS, SHORT, tile->samples, BITS_AT);
	put_entry(file, TIFF_COMPRESSION, SHORT, 1, 1);
	put_entry(file, TIFF_PHOTOMETRIC, SHORT, 1, tile->photometric);
	put_entry(file, TIFF_SAMPLES, SHORT, 1, tile->samples);
	if (tile->photometric == TIFF_INDEXED)
		put_entry(file, TIFF_PALETTE, SHORT, 3u << tile->bits,
			  PALETTE_AT);
	put_entry(file, TIFF_TILE_WIDTH, LONG, 1, WIDTH);
	put_entry(file, TIFF_TILE_HEIGHT, LONG, 1, HEIGHT);
	put_entry(file, TIFF_TILE_OFFSETS, LONG, 1, PIXELS_AT);
	put_entry(file, TIFF_TILE_BYTES, LONG, 1, len);
	put_entry(file, TIFF_YCBCR_SUBSAMPLING, SHORT, 2, 1 | 1 << 16);
}

static long resident_kib(void)
{
	FILE *file = fopen("/proc/self/statm", "re");
	long pages = 0;

	if (!file || fscanf(file, "%*d %ld", &pages) != 1)
		_exit(2);
	fclose(file);
	return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

static void ignore(void *arg, uint32_t index, const struct rendition *rendition)
{
	(void)arg;
	(void)index;
	(void)rendition;
}

struct result {
	long estimate_mib, used_mib; /* without what it has at its start */
};

static void parse(struct render_request *request, struct work *work,
		  const char *const recipes[3])
{
	for (; request->count < 3 && recipes[request->count];
	     request->count++) {
		struct recipe *recipe = &request->recipes[request->count];

		if (!recipe_parse(recipe, work, recipes[request->count]))
			_exit(3);
		recipe->animated =
			animation_is_kept(recipe, &request->probe, work->conf);
	}
}

/* As the decoder process does it. */
static void render(struct result *result, const struct renderer *renderer,
		   int file, const char *const recipes[3])
{
	struct work work = { .conf = renderer->conf, .pool = pool_new() };
	struct render_request request = { 0 };
	const long before_kib = resident_kib();
	struct rusage usage;
	struct stat st;
	uint8_t *bytes;

	fstat(file, &st);
	bytes = mmap(NULL, (size_t)st.st_size, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_POPULATE, file, 0);
	if (!probe_read(&request.probe, &work, bytes, (size_t)st.st_size))
		_exit(4);
	parse(&request, &work, recipes);
	if (!render_all(renderer, &work, &request, bytes, (size_t)st.st_size,
			ignore, NULL)) {
		fprintf(stderr, "# %s\n", work.why);
		_exit(5);
	}
	getrusage(RUSAGE_SELF, &usage);
	result->used_mib = (usage.ru_maxrss - before_kib) / 1024;
	result->estimate_mib =
		(long)decoder_memory_mib(&request.probe, request.recipes,
					 request.count, (uint64_t)st.st_size,
					 renderer->conf) -
		START_MIB;
	_exit(0);
}

static void wait_for(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static struct result measure(const struct renderer *renderer, int file,
			     const char *const recipes[3])
{
	struct result *shared = shared_new(sizeof(*shared));
	const pid_t pid = fork();
	struct result result;

	if (!pid)
		render(shared, renderer, file, recipes);
	wait_for(pid);
	result = *shared;
	shared_free(shared, sizeof(*shared));
	return result;
}

static void compare_one(const char *name, const struct renderer *renderer,
			int file, const char *const recipes[3])
{
	const struct result result = measure(renderer, file, recipes);

	if (result.used_mib > result.estimate_mib ||
	    result.estimate_mib > WORST_FACTOR * result.used_mib + WORST_MIB)
		fail_msg("%s: %ld MiB are estimated and %ld used", name,
			 result.estimate_mib, result.used_mib);
	close(file);
}

static void compare_case(const struct renderer *renderer, size_t i)
{
	const int file = memfd_create("picture", MFD_CLOEXEC);
	const pid_t pid = fork();

	if (!pid)
		write_picture(file, &cases[i].picture);
	wait_for(pid);
	compare_one(cases[i].name, renderer, file, cases[i].recipes);
}

static void compare_tile(const struct renderer *renderer, size_t i)
{
	static const char *const recipes[3] = { "h400", "h200" };
	const int file = memfd_create("picture", MFD_CLOEXEC);

	write_tile(file, &tiles[i]);
	compare_one(tiles[i].name, renderer, file, recipes);
}

static void compare(enum conf_engine engine)
{
	struct pool *pool = pool_new();
	struct renderer renderer;
	struct conf conf;

	conf_init(&conf);
	conf.engine = (int)engine;
	render_init(&renderer, pool, &conf, (size_t)MOST_MIB << 20);
	render_begin();
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		compare_case(&renderer, i);
	EACH_ROW(i, tiles)
		compare_tile(&renderer, i);
	pool_free(pool);
}

static void estimates_for_the_engine_fast(void **state)
{
	(void)state;
	compare(ENGINE_FAST);
}

static void estimates_for_graphicsmagick(void **state)
{
	(void)state;
	compare(ENGINE_GRAPHICSMAGICK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(estimates_for_the_engine_fast),
		cmocka_unit_test(estimates_for_graphicsmagick),
	};

	if (FILTER_WITH_SANITIZER) {
		puts("1..0 # SKIP sanitizers need memory of their own");
		return 0;
	}
	return RUN_TESTS(tests);
}
