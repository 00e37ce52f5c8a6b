/* painter.c: tests what is painted, and what becomes of painters. */
#include "config.h"

#include "lib/picture/painter.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <magick/api.h>

#include "lib/base/buf.h"
#include "lib/base/conf.h"
#include "lib/base/pool.h"
#include "tests/unit/test.h"

/* A picture of four colours, whose corners tell how it was turned. */
enum { RED, GREEN, BLUE, WHITE, NOTHING };
static const char *const colours[] = { "#e02020", "#20c020", "#2020e0",
				       "#ffffff", "#00000000" };

static struct conf conf;
static const struct painter_limits limits = { (size_t)256 << 20, 10 };

struct desk {
	struct pool *pool;
	struct work work;
	struct painter *painter;
};

static struct desk set_up(void)
{
	struct desk desk = { .pool = pool_new() };

	desk.work = (struct work){ .conf = &conf, .pool = desk.pool };
	desk.painter = painter_new(&conf, &limits);
	return desk;
}

static void clear_up(struct desk *desk)
{
	painter_free(desk->painter);
	pool_free(desk->pool);
}

static void colour_in(Image *image, long x, long y, unsigned long width,
		      unsigned long height, int colour)
{
	ExceptionInfo exception;
	PixelPacket pixel;

	GetExceptionInfo(&exception);
	if (colour == NOTHING)
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

/* Top left, top right, bottom left, bottom right. */
static Image *new_image(unsigned long width, unsigned long height,
			const int corners[4])
{
	ImageInfo *info = CloneImageInfo(NULL);
	Image *image = AllocateImage(info);
	const unsigned long x = width / 2, y = height / 2;

	image->columns = width;
	image->rows = height;
	image->depth = 8;
	for (int i = 0; i < 4; i++) {
		if (corners[i] == NOTHING)
			image->matte = MagickTrue;
		colour_in(image, i % 2 ? (long)x : 0, i / 2 ? (long)y : 0,
			  i % 2 ? width - x : x, i / 2 ? height - y : y,
			  corners[i]);
	}
	DestroyImageInfo(info);
	return image;
}

struct file {
	int fd;
	struct probe probe;
	const uint8_t *bytes;
	size_t len;
};

static void close_file(void *arg)
{
	close(*(int *)arg);
}

/* A file of the bytes, and what a probe would say. */
static struct file new_file(struct desk *desk, const void *bytes, size_t len,
			    enum format format, uint32_t width, uint32_t height)
{
	struct file file = { .fd = memfd_create("picture", MFD_CLOEXEC),
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

static struct file save(struct desk *desk, Image *image, enum format format,
			uint32_t width, uint32_t height)
{
	ImageInfo *info = CloneImageInfo(NULL);
	ExceptionInfo exception;
	struct file file;
	size_t len = 0;
	void *bytes;

	GetExceptionInfo(&exception);
	snprintf(image->magick, sizeof(image->magick), "%.*s",
		 (int)strcspn(format_row(format)->coder, ":"),
		 format_row(format)->coder);
	info->quality = 95;
	bytes = ImageToBlob(info, image, &len, &exception);
	assert_non_null(bytes);
	file = new_file(desk, bytes, len, format, width, height);
	MagickFree(bytes);
	DestroyImage(image);
	DestroyImageInfo(info);
	DestroyExceptionInfo(&exception);
	return file;
}

static const int four[] = { RED, GREEN, BLUE, WHITE };

static struct file four_colours(struct desk *desk, enum format format,
				uint32_t width, uint32_t height)
{
	return save(desk, new_image(width, height, four), format, width,
		    height);
}

static bool paint(struct painted *painted, struct desk *desk,
		  const struct file *file, const char *text)
{
	struct recipe recipe;

	assert_true(recipe_parse(&recipe, &desk->work, text));
	return painter_paint(painted, &desk->work, desk->painter, file->fd,
			     &file->probe, &recipe, 1);
}

static void must_paint(struct painted *painted, struct desk *desk,
		       const struct file *file, const char *text)
{
	const bool ok = paint(painted, desk, file, text);

	if (!ok)
		print_error("%s: %s\n", text, desk->work.why);
	assert_true(ok);
}

static void must_fail(struct desk *desk, const struct file *file,
		      const char *text, enum err err, const char *why)
{
	struct painted painted;

	assert_false(paint(&painted, desk, file, text));
	if (desk->work.err != err || !strstr(desk->work.why, why))
		print_error("expected %s \"%s\", found %s \"%s\"\n",
			    err_code(err), why, err_code(desk->work.err),
			    desk->work.why);
	assert_int_equal(desk->work.err, err);
	assert_non_null(strstr(desk->work.why, why));
}

static Image *read_back(const struct painted *painted)
{
	ImageInfo *info = CloneImageInfo(NULL);
	ExceptionInfo exception;
	Image *image;

	GetExceptionInfo(&exception);
	snprintf(info->filename, sizeof(info->filename), "%s",
		 format_row(painted->format)->coder);
	image = BlobToImage(info, painted->bytes, painted->len, &exception);
	assert_non_null(image);
	assert_int_equal(image->columns, painted->width);
	assert_int_equal(image->rows, painted->height);
	DestroyImageInfo(info);
	DestroyExceptionInfo(&exception);
	return image;
}

static bool is_near(unsigned left, unsigned right)
{
	const unsigned most = MaxRGB / 12;

	return left < right ? right - left < most : left - right < most;
}

static int colour_at(const Image *image, long x, long y)
{
	ExceptionInfo exception;
	PixelPacket pixel, want;
	int colour = 0;

	GetExceptionInfo(&exception);
	pixel = AcquireOnePixel(image, x, y, &exception);
	for (; colour < NOTHING; colour++) {
		QueryColorDatabase(colours[colour], &want, &exception);
		if (is_near(pixel.red, want.red) &&
		    is_near(pixel.green, want.green) &&
		    is_near(pixel.blue, want.blue))
			break;
	}
	if (image->matte && pixel.opacity > MaxRGB / 2)
		colour = NOTHING;
	DestroyExceptionInfo(&exception);
	return colour;
}

/* At the middle of each quarter. */
static void check_corners(const struct painted *painted, const int want[4])
{
	Image *image = read_back(painted);
	const long width = (long)image->columns, height = (long)image->rows;

	for (int i = 0; i < 4; i++)
		assert_int_equal(colour_at(image, width * (1 + 2 * (i % 2)) / 4,
					   height * (1 + 2 * (i / 2)) / 4),
				 want[i]);
	DestroyImage(image);
}

/* clang-format off */
static const struct {
	enum format source;
	const char *recipe;
	uint32_t width, height;
	enum format format;
} variants[] = {
	{ FORMAT_JPEG, "h200",             300, 200, FORMAT_JPEG },
	{ FORMAT_JPEG, "h40",               60,  40, FORMAT_JPEG },
	{ FORMAT_JPEG, "w30",               30,  20, FORMAT_JPEG },
	{ FORMAT_JPEG, "h4000",            600, 400, FORMAT_JPEG },
	{ FORMAT_JPEG, "50x50",             50,  33, FORMAT_JPEG },
	{ FORMAT_JPEG, "50x50-cover",       50,  50, FORMAT_JPEG },
	{ FORMAT_JPEG, "20x90-cover",       20,  90, FORMAT_JPEG },
	{ FORMAT_JPEG, "700x40-exact",     700,  40, FORMAT_JPEG },
	{ FORMAT_JPEG, "h40.png",           60,  40, FORMAT_PNG },
	{ FORMAT_JPEG, "h40.gif",           60,  40, FORMAT_GIF },
	{ FORMAT_JPEG, "h40.webp",          60,  40, FORMAT_WEBP },
	{ FORMAT_JPEG, "h40.tiff",          60,  40, FORMAT_TIFF },
	{ FORMAT_JPEG, "h40.bmp",           60,  40, FORMAT_BMP },
	{ FORMAT_PNG,  "h390",             585, 390, FORMAT_PNG },
	{ FORMAT_PNG,  "h50",               75,  50, FORMAT_PNG },
	{ FORMAT_PNG,  "h50.jpeg",          75,  50, FORMAT_JPEG },
	{ FORMAT_PNG,  "50x50-cover.webp",  50,  50, FORMAT_WEBP },
	{ FORMAT_GIF,  "h50",               75,  50, FORMAT_GIF },
	{ FORMAT_GIF,  "h4000",            600, 400, FORMAT_GIF },
	{ FORMAT_WEBP, "h50",               75,  50, FORMAT_WEBP },
	{ FORMAT_TIFF, "h50",               75,  50, FORMAT_PNG },
	{ FORMAT_BMP,  "h50.jpeg",          75,  50, FORMAT_JPEG },
};
/* clang-format on */

static void paints_every_format(void **state)
{
	struct desk desk = set_up();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(variants); i++) {
		const struct file file =
			four_colours(&desk, variants[i].source, 600, 400);
		struct painted painted;

		must_paint(&painted, &desk, &file, variants[i].recipe);
		assert_int_equal(painted.format, variants[i].format);
		assert_int_equal(painted.width, variants[i].width);
		assert_int_equal(painted.height, variants[i].height);
		check_corners(&painted, four);
	}
	clear_up(&desk);
}

static void paints_all_variants_at_once(void **state)
{
	static const char *const texts[] = { "h20", "h300", "h100.png", "w600",
					     "8x40-cover" };
	struct desk desk = set_up();
	struct recipe recipes[ARRAY_LEN(texts)];
	struct painted painted[ARRAY_LEN(texts)];
	const struct file file = four_colours(&desk, FORMAT_JPEG, 1200, 800);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		assert_true(recipe_parse(&recipes[i], &desk.work, texts[i]));
	assert_true(painter_paint(painted, &desk.work, desk.painter, file.fd,
				  &file.probe, recipes, ARRAY_LEN(texts)));
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		const struct recipe_plan plan =
			recipe_plan(&recipes[i], 1200, 800);

		assert_int_equal(painted[i].width, plan.width);
		assert_int_equal(painted[i].height, plan.height);
		check_corners(&painted[i], four);
	}
	clear_up(&desk);
}

/* How many pixels share a colour in a JPEG, each way: the first component's
   factors in the frame header, ITU T.81 B.2.2. */
static int shared_pixels(const struct painted *painted)
{
	const uint8_t *at = painted->bytes + 2;

	while (at[1] != 0xc0 && at[1] != 0xc2)
		at += 2 + (at[2] << 8 | at[3]);
	return at[11];
}

static void tiny_pictures_keep_every_colour(void **state)
{
	/* clang-format off */
	static const struct {
		const char *recipe;
		int shared;
	} cases[] = {
		{ "15x15-exact.jpeg",   0x11 },
		{ "15x200-exact.jpeg",  0x11 },
		{ "200x1-exact.jpeg",   0x11 },
		{ "16x16-exact.jpeg",   0x22 },
		{ "h200.jpeg",          0x22 },
	};
	/* clang-format on */
	struct desk desk = set_up();
	const struct file file = four_colours(&desk, FORMAT_PNG, 300, 200);
	struct painted painted;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		must_paint(&painted, &desk, &file, cases[i].recipe);
		assert_int_equal(shared_pixels(&painted), cases[i].shared);
	}
	clear_up(&desk);
}

/* What stands upright after EXIF's orientation; CIPA DC-008 4.6.5.A. */
static const int upright[][4] = {
	[1] = { RED, GREEN, BLUE, WHITE }, [2] = { GREEN, RED, WHITE, BLUE },
	[3] = { WHITE, BLUE, GREEN, RED }, [4] = { BLUE, WHITE, RED, GREEN },
	[5] = { RED, BLUE, GREEN, WHITE }, [6] = { BLUE, RED, WHITE, GREEN },
	[7] = { WHITE, GREEN, BLUE, RED }, [8] = { GREEN, WHITE, RED, BLUE },
};

static void turns_pictures_upright(void **state)
{
	static const enum format formats[] = { FORMAT_JPEG, FORMAT_PNG };
	struct desk desk = set_up();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(formats); i++)
		for (unsigned turn = 1; turn < ARRAY_LEN(upright); turn++) {
			struct file file =
				four_colours(&desk, formats[i], 400, 200);
			struct painted painted;

			file.probe.orientation = turn;
			must_paint(&painted, &desk, &file, "h50");
			assert_int_equal(painted.width, turn < 5 ? 100 : 25);
			check_corners(&painted, upright[turn]);
		}
	clear_up(&desk);
}

static void keeps_transparency_or_paints_it_white(void **state)
{
	static const int holed[] = { RED, NOTHING, BLUE, NOTHING };
	static const int flat[] = { RED, WHITE, BLUE, WHITE };
	static const char *const kept[] = { "h20.png",  "h20.gif", "h20.webp",
					    "h20.tiff", "h90.gif", "h90.png" };
	struct desk desk = set_up();
	const struct file file =
		save(&desk, new_image(120, 100, holed), FORMAT_PNG, 120, 100);
	struct painted painted;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(kept); i++) {
		must_paint(&painted, &desk, &file, kept[i]);
		check_corners(&painted, holed);
	}
	must_paint(&painted, &desk, &file, "h20.jpeg");
	check_corners(&painted, flat);
	clear_up(&desk);
}

/* A dark seam would come of colours that nobody sees. */
static void has_no_dark_seams(void **state)
{
	static const int holed[] = { WHITE, NOTHING, WHITE, NOTHING };
	static const int all_white[] = { WHITE, WHITE, WHITE, WHITE };
	static const char *const texts[] = { "h70.jpeg", "h30.jpeg",
					     "h7.jpeg" };
	struct desk desk = set_up();
	const struct file file =
		save(&desk, new_image(101, 100, holed), FORMAT_PNG, 101, 100);
	struct painted painted;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		Image *image;

		must_paint(&painted, &desk, &file, texts[i]);
		check_corners(&painted, all_white);
		image = read_back(&painted);
		for (long x = 0; x < (long)image->columns; x++)
			assert_int_equal(colour_at(image, x, 1), WHITE);
		DestroyImage(image);
	}
	clear_up(&desk);
}

static void lays_gif_frames_on_their_canvas(void **state)
{
	static const int placed[] = { NOTHING, NOTHING, NOTHING, RED };
	static const int red[] = { RED, RED, RED, RED };
	struct desk desk = set_up();
	Image *image = new_image(50, 40, red);
	struct painted painted;
	struct file file;

	(void)state;
	image->page = (RectangleInfo){ 100, 80, 50, 40 };
	file = save(&desk, image, FORMAT_GIF, 100, 80);
	must_paint(&painted, &desk, &file, "h40.png");
	assert_int_equal(painted.width, 50);
	check_corners(&painted, placed);
	clear_up(&desk);
}

static void put_le32(char *at, uint32_t number)
{
	for (int i = 0; i < 4; i++)
		at[i] = (char)(number >> 8 * i);
}

static void takes_the_first_frame_of_a_webp(void **state)
{
	/* A canvas of 100x80, a frame of 50x40 at 50, 40. */
	char head[] = "RIFF....WEBPVP8X\x0a\0\0\0\x12\0\0\0\x63\0\0\x4f\0\0"
		      "ANIM\x06\0\0\0\0\0\0\0\0\0ANMF....\x19\0\0\x14\0\0"
		      "\x31\0\0\x27\0\0\0\0\0\0";
	static const int placed[] = { NOTHING, NOTHING, NOTHING, RED };
	static const int red[] = { RED, RED, RED, RED };
	struct desk desk = set_up();
	const struct file still =
		save(&desk, new_image(50, 40, red), FORMAT_WEBP, 50, 40);
	struct buf *buf = buf_new(desk.pool, 1 << 20);
	struct painted painted;
	struct file file;

	(void)state;
	assert_true(buf_add(buf, head, sizeof(head) - 1));
	assert_true(buf_add(buf, still.bytes + 12, still.len - 12));
	put_le32(buf->data + 4, (uint32_t)buf->len - 8);
	put_le32(buf->data + 48, (uint32_t)still.len - 12 + 16);
	file = new_file(&desk, buf->data, buf->len, FORMAT_WEBP, 100, 80);
	must_paint(&painted, &desk, &file, "h40.png");
	check_corners(&painted, placed);
	clear_up(&desk);
}

static void lets_nothing_but_pixels_through(void **state)
{
	static const char secret[] = "SECRET SECRET SECRET";
	static const char *const profiles[] = { "EXIF", "IPTC", "XMP", "ICM" };
	struct desk desk = set_up();

	(void)state;
	for (enum format source = 0; source < FORMAT__COUNT; source++) {
		Image *image = new_image(60, 40, four);
		struct painted painted;
		struct file file;

		for (size_t i = 0; i < ARRAY_LEN(profiles); i++)
			SetImageProfile(image, profiles[i],
					(const unsigned char *)secret,
					sizeof(secret));
		SetImageAttribute(image, "comment", secret);
		SetImageAttribute(image, "Title", secret);
		file = save(&desk, image, source, 60, 40);
		for (enum format to = 0; to < FORMAT__COUNT; to++) {
			must_paint(&painted, &desk, &file,
				   pool_printf(desk.pool, "h40.%s",
					       format_row(to)->name));
			assert_null(memmem(painted.bytes, painted.len, "SECRET",
					   6));
		}
	}
	clear_up(&desk);
}

static void refuses_damaged_pictures(void **state)
{
	struct desk desk = set_up();

	(void)state;
	for (enum format format = 0; format < FORMAT__COUNT; format++) {
		const struct file whole = four_colours(&desk, format, 300, 200);
		const struct file cut =
			new_file(&desk, whole.bytes, whole.len * 2 / 3, format,
				 300, 200);
		const struct file text =
			new_file(&desk, "<svg/>", 6, format, 300, 200);
		const struct file postscript =
			new_file(&desk, "%!PS-Adobe-3.0\nshowpage\n", 24,
				 format, 300, 200);

		must_fail(&desk, &cut, "h20", ERR_CORRUPT_IMAGE, "");
		must_fail(&desk, &text, "h20", ERR_CORRUPT_IMAGE, "");
		must_fail(&desk, &postscript, "h20", ERR_CORRUPT_IMAGE, "");
	}
	clear_up(&desk);
}

static void refuses_what_its_probe_did_not_see(void **state)
{
	struct desk desk = set_up();
	struct file file = four_colours(&desk, FORMAT_PNG, 300, 200);

	(void)state;
	file.probe.width = 299;
	must_fail(&desk, &file, "h20", ERR_CORRUPT_IMAGE, "its header says");
	file = new_file(&desk, "", 0, FORMAT_PNG, 300, 200);
	must_fail(&desk, &file, "h20", ERR_CORRUPT_IMAGE, "empty");
	clear_up(&desk);
}

static void refuses_what_a_format_cannot_hold(void **state)
{
	struct desk desk = set_up();
	const int red[] = { RED, RED, RED, RED };
	const struct file file =
		save(&desk, new_image(16400, 3, red), FORMAT_PNG, 16400, 3);
	struct recipe recipes[65] = { { .width = 1 } };
	struct painted painted[65];

	(void)state;
	if (recipe_plan(&(struct recipe){ .height = 3 }, 16400, 3).width >
	    RECIPE_MAX_SIDE)
		must_fail(&desk, &file, "h3.webp", ERR_INVALID_FIELD, "16383");
	assert_false(painter_paint(painted, &desk.work, desk.painter, file.fd,
				   &file.probe, recipes, 65));
	assert_int_equal(desk.work.err, ERR_INVALID_FIELD);
	clear_up(&desk);
}

static void says_when_memory_does_not_suffice(void **state)
{
	const struct painter_limits little = { (size_t)2 << 20, 5 };
	struct desk desk = set_up();
	const struct file file = four_colours(&desk, FORMAT_PNG, 1500, 1000);

	(void)state;
	painter_free(desk.painter);
	desk.painter = painter_new(&conf, &little);
	must_fail(&desk, &file, "h20", ERR_TOO_LARGE, "more than 2 MiB");
	clear_up(&desk);
}

/* Of this process's children, one; 0 if there is none. */
static pid_t child(void)
{
	char name[64];
	int pid = 0;
	FILE *file;

	snprintf(name, sizeof(name), "/proc/self/task/%d/children", getpid());
	file = fopen(name, "re");
	if (!file)
		return 0;
	if (fscanf(file, "%d", &pid) != 1)
		pid = 0;
	fclose(file);
	return pid;
}

static void takes_another_when_the_spare_is_dead(void **state)
{
	static const int numbers[] = { SIGKILL, SIGSEGV, SIGTERM, SIGINT };
	struct desk desk = set_up();
	const struct file file = four_colours(&desk, FORMAT_PNG, 60, 40);
	struct painted painted;

	(void)state;
	if (!child())
		skip(); /* this kernel does not list children */
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
		kill(child(), numbers[i]);
		must_paint(&painted, &desk, &file, "h20");
	}
	clear_up(&desk);
}

static void does_not_wait_for_ever(void **state)
{
	const struct painter_limits hasty = { (size_t)256 << 20, 1 };
	struct desk desk = set_up();
	const struct file file = four_colours(&desk, FORMAT_PNG, 60, 40);
	struct painted painted;

	(void)state;
	if (!child())
		skip();
	painter_free(desk.painter);
	desk.painter = painter_new(&conf, &hasty);
	kill(child(), SIGSTOP);
	must_fail(&desk, &file, "h20", ERR_CORRUPT_IMAGE,
		  "it takes longer than 1 s");
	must_paint(&painted, &desk, &file, "h20");
	clear_up(&desk);
}

static unsigned open_descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	unsigned count = 0;

	assert_non_null(dir);
	while (readdir(dir))
		count++;
	closedir(dir);
	return count;
}

static void leaves_nothing_behind(void **state)
{
	const unsigned before = open_descriptors();
	struct desk desk = set_up();
	const struct file good = four_colours(&desk, FORMAT_PNG, 60, 40);
	const struct file bad = new_file(&desk, "bad", 3, FORMAT_PNG, 60, 40);
	struct painted painted;

	(void)state;
	for (int i = 0; i < 3; i++) {
		must_paint(&painted, &desk, &good, "h20");
		must_fail(&desk, &bad, "h20", ERR_CORRUPT_IMAGE, "");
	}
	clear_up(&desk);
	assert_int_equal(open_descriptors(), before);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

/* In a process of its own, for it cannot be undone. */
static bool forbid_filters(void)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	const uint32_t no = SCMP_ACT_ERRNO(EINVAL);
	bool ok;

	if (!filter)
		return false;
	ok = !seccomp_rule_add(filter, no, SCMP_SYS(seccomp), 0) &&
	     !seccomp_rule_add(filter, no, SCMP_SYS(prctl), 1,
			       SCMP_A0(SCMP_CMP_EQ, PR_SET_SECCOMP, 0)) &&
	     !seccomp_load(filter);
	seccomp_release(filter);
	return ok;
}

enum { PAINTED, NOT_FORBIDDEN, OTHERWISE, FAILED = 16 };

static int paint_unfiltered(enum conf_sandbox sandbox)
{
	pid_t pid = fork();
	int status;

	if (!pid) {
		struct painted painted;
		struct desk desk;
		struct file file;

		conf.sandbox = sandbox;
		desk = set_up();
		painter_free(desk.painter);
		file = four_colours(&desk, FORMAT_PNG, 60, 40);
		if (!forbid_filters())
			_exit(NOT_FORBIDDEN);
		desk.painter = painter_new(&conf, &limits);
		status = paint(&painted, &desk, &file, "h20")
				 ? PAINTED
				 : FAILED + (int)desk.work.err;
		painter_free(desk.painter);
		_exit(status);
	}
	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return OTHERWISE;
	return WEXITSTATUS(status);
}

static void obeys_the_setting_sandbox(void **state)
{
	const int required = paint_unfiltered(SANDBOX_REQUIRED);

	(void)state;
	if (required == NOT_FORBIDDEN)
		skip();
	assert_int_equal(required, FAILED + ERR_UNAVAILABLE);
	assert_int_equal(paint_unfiltered(SANDBOX_BEST_EFFORT), PAINTED);
	assert_int_equal(paint_unfiltered(SANDBOX_OFF), PAINTED);
}

static void tells_its_fence(void **state)
{
	struct pool *pool = pool_new();

	(void)state;
	assert_non_null(strstr(painter_fence(pool, &conf), "rlimits"));
	conf.sandbox = SANDBOX_OFF;
	assert_string_equal(painter_fence(pool, &conf), "rlimits");
	conf.sandbox = SANDBOX_BEST_EFFORT;
	pool_free(pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(paints_every_format),
		cmocka_unit_test(paints_all_variants_at_once),
		cmocka_unit_test(tiny_pictures_keep_every_colour),
		cmocka_unit_test(turns_pictures_upright),
		cmocka_unit_test(keeps_transparency_or_paints_it_white),
		cmocka_unit_test(has_no_dark_seams),
		cmocka_unit_test(lays_gif_frames_on_their_canvas),
		cmocka_unit_test(takes_the_first_frame_of_a_webp),
		cmocka_unit_test(lets_nothing_but_pixels_through),
		cmocka_unit_test(refuses_damaged_pictures),
		cmocka_unit_test(refuses_what_its_probe_did_not_see),
		cmocka_unit_test(refuses_what_a_format_cannot_hold),
		cmocka_unit_test(says_when_memory_does_not_suffice),
		cmocka_unit_test(takes_another_when_the_spare_is_dead),
		cmocka_unit_test(does_not_wait_for_ever),
		cmocka_unit_test(leaves_nothing_behind),
		cmocka_unit_test(obeys_the_setting_sandbox),
		cmocka_unit_test(tells_its_fence),
	};

	conf_init(&conf);
	conf.sandbox = SANDBOX_BEST_EFFORT;
	return RUN_TESTS(tests);
}
