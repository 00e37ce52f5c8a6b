/* admin.c: decoder processes for tests. */
#include "config.h"

#include "tests/lib/fixture.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/pool.h"
#include "lib/picture/render.h"
#include "tests/unit/test.h"

static const char *const colours[] = { "#e02020", "#20c020", "#2020e0",
				       "#ffffff", "#00000000" };
const int fixture_four[] = { FIXTURE_RED, FIXTURE_GREEN, FIXTURE_BLUE,
			     FIXTURE_WHITE };
const struct decoder_limits fixture_limits = { (size_t)256 << 20, 10, 0 };

void fixture_start_server(struct fixture *fixture)
{
	fixture->server_pid = fork();
	assert_true(fixture->server_pid >= 0);
	if (!fixture->server_pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		_exit(decoder_server_run(&fixture->server, 0));
	}
}

void fixture_kill_server(struct fixture *fixture)
{
	kill(fixture->server_pid, SIGKILL);
	assert_int_equal(waitpid(fixture->server_pid, NULL, 0),
			 fixture->server_pid);
}

static void start(struct fixture *fixture, const struct decoder_limits *limits)
{
	assert_true(decoder_server_open(&fixture->server, &fixture->work,
					fixture->conf, limits));
	fixture_start_server(fixture);
	fixture->decoders =
		decoder_pool_new(fixture->conf, limits, &fixture->server);
}

static void stop(struct fixture *fixture)
{
	decoder_pool_free(fixture->decoders);
	fixture_kill_server(fixture);
	decoder_server_close(&fixture->server);
}

struct fixture fixture_set_up(void)
{
	struct pool *pool = pool_new();
	struct conf *conf = pool_alloc(pool, sizeof(*conf));
	struct renderer renderer;
	struct fixture fixture;

	conf_init(conf);
	conf->idle_decoders_memory = 512;
	conf->sandbox = SANDBOX_BEST_EFFORT;
	conf->decoder =
		pool_printf(pool, "%s/pixtier-decoder",
			    getenv("builddir") ? getenv("builddir") : ".");
	fixture = (struct fixture){
		.pool = pool,
		.conf = conf,
		.work = { .conf = conf, .pool = pool },
	};
	render_init(&renderer, pool, conf, fixture_limits.memory_bytes);
	start(&fixture, &fixture_limits);
	return fixture;
}

void fixture_clear_up(struct fixture *fixture)
{
	stop(fixture);
	pool_free(fixture->pool);
}

void fixture_restart(struct fixture *fixture,
		     const struct decoder_limits *limits)
{
	stop(fixture);
	start(fixture, limits);
}

static void colour_in(Image *image, long x, long y, unsigned long width,
		      unsigned long height, int colour)
{
	ExceptionInfo exception;
	PixelPacket pixel;

	GetExceptionInfo(&exception);
	if (colour == FIXTURE_NOTHING)
		pixel = (PixelPacket){ .opacity = TransparentOpacity };
	else
		QueryColorDatabase(colours[colour], &pixel, &exception);
	for (unsigned long row = 0; row < height; row++) {
		PixelPacket *pixels =
			GetImagePixels(image, x, y + (long)row, width, 1);

		for (unsigned long i = 0; i < width; i++)
			pixels[i] = pixel;
		SyncImagePixels(image);
	}
	DestroyExceptionInfo(&exception);
}

Image *fixture_new_image(unsigned long width, unsigned long height,
			 const int corners[4])
{
	ImageInfo *info = CloneImageInfo(NULL);
	Image *image = AllocateImage(info);
	const unsigned long x = width / 2, y = height / 2;

	image->columns = width;
	image->rows = height;
	image->depth = 8;
	for (int i = 0; i < 4; i++) {
		if (corners[i] == FIXTURE_NOTHING)
			image->matte = MagickTrue;
		colour_in(image, i % 2 ? (long)x : 0, i / 2 ? (long)y : 0,
			  i % 2 ? width - x : x, i / 2 ? height - y : y,
			  corners[i]);
	}
	DestroyImageInfo(info);
	return image;
}

static void close_file(void *arg)
{
	close(*(int *)arg);
}

struct fixture_file fixture_new_file(struct fixture *fixture, const void *bytes,
				     size_t len, enum format format,
				     uint32_t width, uint32_t height)
{
	struct fixture_file file = { .fd = memfd_create("picture", MFD_CLOEXEC),
				     .probe = { .format = format,
						.width = width,
						.height = height,
						.frames = 1,
						.scans = 1,
						.orientation = 1,
						.alpha =
							format != FORMAT_JPEG },
				     .len = len };
	int *fd = pool_alloc(fixture->pool, sizeof(*fd));

	assert_true(file.fd >= 0);
	assert_int_equal(write(file.fd, bytes, len), len);
	*fd = file.fd;
	pool_defer(fixture->pool, close_file, fd);
	file.bytes = memcpy(pool_alloc(fixture->pool, len + 1), bytes, len);
	return file;
}

struct fixture_file fixture_save(struct fixture *fixture, Image *image,
				 enum format format, uint32_t width,
				 uint32_t height)
{
	ImageInfo *info = CloneImageInfo(NULL);
	ExceptionInfo exception;
	struct fixture_file file;
	size_t len = 0;
	void *bytes;

	GetExceptionInfo(&exception);
	snprintf(image->magick, sizeof(image->magick), "%.*s",
		 (int)strcspn(format_row(format)->coder, ":"),
		 format_row(format)->coder);
	info->quality = 95;
	bytes = ImageToBlob(info, image, &len, &exception);
	assert_non_null(bytes);
	file = fixture_new_file(fixture, bytes, len, format, width, height);
	MagickFree(bytes);
	DestroyImage(image);
	DestroyImageInfo(info);
	DestroyExceptionInfo(&exception);
	return file;
}

struct fixture_file fixture_four_colours(struct fixture *fixture,
					 enum format format, uint32_t width,
					 uint32_t height)
{
	return fixture_save(fixture,
			    fixture_new_image(width, height, fixture_four),
			    format, width, height);
}

bool fixture_render_all(struct rendition *rendition, struct fixture *fixture,
			const struct fixture_file *file,
			const struct recipe *recipes, size_t count)
{
	const struct decoder_picture picture = {
		.owner = fixture->owner,
		.source = file->fd,
		.probe = &file->probe,
		.recipes = recipes,
		.count = count,
	};

	return decoder_pool_render(rendition, &fixture->work, fixture->decoders,
				   &picture);
}

bool fixture_render(struct rendition *rendition, struct fixture *fixture,
		    const struct fixture_file *file, const char *text)
{
	struct recipe recipe;

	assert_true(recipe_parse(&recipe, &fixture->work, text));
	return fixture_render_all(rendition, fixture, file, &recipe, 1);
}

void fixture_must_render(struct rendition *rendition, struct fixture *fixture,
			 const struct fixture_file *file, const char *text)
{
	const bool ok = fixture_render(rendition, fixture, file, text);

	if (!ok)
		print_error("%s: %s\n", text, fixture->work.why);
	assert_true(ok);
}

pid_t fixture_spare(const struct fixture *fixture)
{
	const pid_t pid = decoder_pool_state(fixture->decoders).spare;

	assert_true(pid > 0);
	return pid;
}

pid_t fixture_render_as(struct fixture *fixture, struct uuid owner,
			const struct fixture_file *file)
{
	struct rendition rendition;

	fixture->owner = owner;
	fixture_must_render(&rendition, fixture, file, "h20");
	return decoder_pool_state(fixture->decoders).idle.pid;
}

void fixture_must_fail(struct fixture *fixture, const struct fixture_file *file,
		       const char *text, enum err err, const char *why)
{
	struct rendition rendition;

	assert_false(fixture_render(&rendition, fixture, file, text));
	if (fixture->work.err != err || !strstr(fixture->work.why, why))
		print_error("expected %s \"%s\", found %s \"%s\"\n",
			    err_code(err), why, err_code(fixture->work.err),
			    fixture->work.why);
	assert_int_equal(fixture->work.err, err);
	assert_non_null(strstr(fixture->work.why, why));
}

Image *fixture_read_back(const struct rendition *rendition)
{
	ImageInfo *info = CloneImageInfo(NULL);
	ExceptionInfo exception;
	Image *image;

	GetExceptionInfo(&exception);
	snprintf(info->filename, sizeof(info->filename), "%s",
		 format_row(rendition->format)->coder);
	image = BlobToImage(info, rendition->bytes, rendition->len, &exception);
	assert_non_null(image);
	assert_int_equal(image->columns, rendition->width);
	assert_int_equal(image->rows, rendition->height);
	DestroyImageInfo(info);
	DestroyExceptionInfo(&exception);
	return image;
}

static bool is_near(unsigned left, unsigned right)
{
	const unsigned most = MaxRGB / 12;

	return left < right ? right - left < most : left - right < most;
}

int fixture_colour_at(const Image *image, long x, long y)
{
	ExceptionInfo exception;
	PixelPacket pixel, want;
	int colour = 0;

	GetExceptionInfo(&exception);
	pixel = AcquireOnePixel(image, x, y, &exception);
	for (; colour < FIXTURE_NOTHING; colour++) {
		QueryColorDatabase(colours[colour], &want, &exception);
		if (is_near(pixel.red, want.red) &&
		    is_near(pixel.green, want.green) &&
		    is_near(pixel.blue, want.blue))
			break;
	}
	if (image->matte && pixel.opacity > MaxRGB / 2)
		colour = FIXTURE_NOTHING;
	DestroyExceptionInfo(&exception);
	return colour;
}

/* At the middle of each quarter. */
void fixture_check_corners(const struct rendition *rendition, const int want[4])
{
	Image *image = fixture_read_back(rendition);
	const long width = (long)image->columns, height = (long)image->rows;

	for (int i = 0; i < 4; i++)
		assert_int_equal(
			fixture_colour_at(image, width * (1 + 2 * (i % 2)) / 4,
					  height * (1 + 2 * (i / 2)) / 4),
			want[i]);
	DestroyImage(image);
}
