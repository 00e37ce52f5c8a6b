/* admin.c: decoder processes for tests. */
#include "config.h"

#include "tests/lib/desk.h"

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
const int desk_four[] = { DESK_RED, DESK_GREEN, DESK_BLUE, DESK_WHITE };
const struct decoder_limits desk_limits = { (size_t)256 << 20, 10, 0 };

void desk_start_server(struct desk *desk)
{
	desk->server_pid = fork();
	assert_true(desk->server_pid >= 0);
	if (!desk->server_pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		_exit(decoder_server_run(&desk->server, 0));
	}
}

void desk_kill_server(struct desk *desk)
{
	kill(desk->server_pid, SIGKILL);
	assert_int_equal(waitpid(desk->server_pid, NULL, 0), desk->server_pid);
}

static void start(struct desk *desk, const struct decoder_limits *limits)
{
	assert_true(decoder_server_open(&desk->server, &desk->work, desk->conf,
					limits));
	desk_start_server(desk);
	desk->decoders = decoder_pool_new(desk->conf, limits, &desk->server);
}

static void stop(struct desk *desk)
{
	decoder_pool_free(desk->decoders);
	desk_kill_server(desk);
	decoder_server_close(&desk->server);
}

struct desk desk_set_up(void)
{
	struct pool *pool = pool_new();
	struct conf *conf = pool_alloc(pool, sizeof(*conf));
	struct renderer renderer;
	struct desk desk;

	conf_init(conf);
	conf->sandbox = SANDBOX_BEST_EFFORT;
	conf->decoder =
		pool_printf(pool, "%s/pixtier-decoder",
			    getenv("builddir") ? getenv("builddir") : ".");
	desk = (struct desk){
		.pool = pool,
		.conf = conf,
		.work = { .conf = conf, .pool = pool },
	};
	render_init(&renderer, pool, conf, desk_limits.memory_bytes);
	start(&desk, &desk_limits);
	return desk;
}

void desk_clear_up(struct desk *desk)
{
	stop(desk);
	pool_free(desk->pool);
}

void desk_restart(struct desk *desk, const struct decoder_limits *limits)
{
	stop(desk);
	start(desk, limits);
}

static void colour_in(Image *image, long x, long y, unsigned long width,
		      unsigned long height, int colour)
{
	ExceptionInfo exception;
	PixelPacket pixel;

	GetExceptionInfo(&exception);
	if (colour == DESK_NOTHING)
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

Image *desk_new_image(unsigned long width, unsigned long height,
		      const int corners[4])
{
	ImageInfo *info = CloneImageInfo(NULL);
	Image *image = AllocateImage(info);
	const unsigned long x = width / 2, y = height / 2;

	image->columns = width;
	image->rows = height;
	image->depth = 8;
	for (int i = 0; i < 4; i++) {
		if (corners[i] == DESK_NOTHING)
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

struct desk_file desk_new_file(struct desk *desk, const void *bytes, size_t len,
			       enum format format, uint32_t width,
			       uint32_t height)
{
	struct desk_file file = { .fd = memfd_create("picture", MFD_CLOEXEC),
				  .probe = { .format = format,
					     .width = width,
					     .height = height,
					     .frames = 1,
					     .scans = 1,
					     .orientation = 1,
					     .alpha = format != FORMAT_JPEG },
				  .len = len };
	int *fd = pool_alloc(desk->pool, sizeof(*fd));

	assert_true(file.fd >= 0);
	assert_int_equal(write(file.fd, bytes, len), len);
	*fd = file.fd;
	pool_defer(desk->pool, close_file, fd);
	file.bytes = memcpy(pool_alloc(desk->pool, len + 1), bytes, len);
	return file;
}

struct desk_file desk_save(struct desk *desk, Image *image, enum format format,
			   uint32_t width, uint32_t height)
{
	ImageInfo *info = CloneImageInfo(NULL);
	ExceptionInfo exception;
	struct desk_file file;
	size_t len = 0;
	void *bytes;

	GetExceptionInfo(&exception);
	snprintf(image->magick, sizeof(image->magick), "%.*s",
		 (int)strcspn(format_row(format)->coder, ":"),
		 format_row(format)->coder);
	info->quality = 95;
	bytes = ImageToBlob(info, image, &len, &exception);
	assert_non_null(bytes);
	file = desk_new_file(desk, bytes, len, format, width, height);
	MagickFree(bytes);
	DestroyImage(image);
	DestroyImageInfo(info);
	DestroyExceptionInfo(&exception);
	return file;
}

struct desk_file desk_four_colours(struct desk *desk, enum format format,
				   uint32_t width, uint32_t height)
{
	return desk_save(desk, desk_new_image(width, height, desk_four), format,
			 width, height);
}

bool desk_render_all(struct rendition *rendition, struct desk *desk,
		     const struct desk_file *file, const struct recipe *recipes,
		     size_t count)
{
	const struct decoder_picture picture = {
		.owner = desk->owner,
		.source = file->fd,
		.probe = &file->probe,
		.recipes = recipes,
		.count = count,
	};

	return decoder_pool_render(rendition, &desk->work, desk->decoders,
				   &picture);
}

bool desk_render(struct rendition *rendition, struct desk *desk,
		 const struct desk_file *file, const char *text)
{
	struct recipe recipe;

	assert_true(recipe_parse(&recipe, &desk->work, text));
	return desk_render_all(rendition, desk, file, &recipe, 1);
}

void desk_must_render(struct rendition *rendition, struct desk *desk,
		      const struct desk_file *file, const char *text)
{
	const bool ok = desk_render(rendition, desk, file, text);

	if (!ok)
		print_error("%s: %s\n", text, desk->work.why);
	assert_true(ok);
}

pid_t desk_spare(const struct desk *desk)
{
	const pid_t pid = decoder_pool_state(desk->decoders).spare;

	assert_true(pid > 0);
	return pid;
}

pid_t desk_render_as(struct desk *desk, struct uuid owner,
		     const struct desk_file *file)
{
	struct rendition rendition;

	desk->owner = owner;
	desk_must_render(&rendition, desk, file, "h20");
	return decoder_pool_state(desk->decoders).idle.pid;
}

void desk_must_fail(struct desk *desk, const struct desk_file *file,
		    const char *text, enum err err, const char *why)
{
	struct rendition rendition;

	assert_false(desk_render(&rendition, desk, file, text));
	if (desk->work.err != err || !strstr(desk->work.why, why))
		print_error("expected %s \"%s\", found %s \"%s\"\n",
			    err_code(err), why, err_code(desk->work.err),
			    desk->work.why);
	assert_int_equal(desk->work.err, err);
	assert_non_null(strstr(desk->work.why, why));
}

Image *desk_read_back(const struct rendition *rendition)
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

int desk_colour_at(const Image *image, long x, long y)
{
	ExceptionInfo exception;
	PixelPacket pixel, want;
	int colour = 0;

	GetExceptionInfo(&exception);
	pixel = AcquireOnePixel(image, x, y, &exception);
	for (; colour < DESK_NOTHING; colour++) {
		QueryColorDatabase(colours[colour], &want, &exception);
		if (is_near(pixel.red, want.red) &&
		    is_near(pixel.green, want.green) &&
		    is_near(pixel.blue, want.blue))
			break;
	}
	if (image->matte && pixel.opacity > MaxRGB / 2)
		colour = DESK_NOTHING;
	DestroyExceptionInfo(&exception);
	return colour;
}

/* At the middle of each quarter. */
void desk_check_corners(const struct rendition *rendition, const int want[4])
{
	Image *image = desk_read_back(rendition);
	const long width = (long)image->columns, height = (long)image->rows;

	for (int i = 0; i < 4; i++)
		assert_int_equal(desk_colour_at(image,
						width * (1 + 2 * (i % 2)) / 4,
						height * (1 + 2 * (i / 2)) / 4),
				 want[i]);
	DestroyImage(image);
}
