#ifndef TESTS_LIB_DESK_H
#define TESTS_LIB_DESK_H

#include <stddef.h>
#include <stdint.h>

#include <magick/api.h>

#include "lib/base/conf.h"
#include "lib/base/work.h"
#include "lib/picture/decoder_pool.h"
#include "lib/picture/decoder_server.h"

/* Where a decoder process gets pictures, and what comes of them is looked at.
   What a test expects and does not find fails the test. */
struct desk {
	struct pool *pool;
	struct conf *conf;
	struct work work;
	struct decoder_server server;
	pid_t server_pid;
	struct decoder_pool *decoders;
	struct uuid owner; /* of the next pictures; at first nobody */
};

extern const struct decoder_limits desk_limits;

struct desk desk_set_up(void);
void desk_clear_up(struct desk *desk);

/* New processes, with the settings as they are now. */
void desk_restart(struct desk *desk, const struct decoder_limits *limits);

/* Another server on the same socket, as after a death of the first. */
void desk_start_server(struct desk *desk);
void desk_kill_server(struct desk *desk);

/* Pictures have a colour in each quarter: top left, top right, bottom left,
   bottom right, which tells how they were turned. */
enum { DESK_RED, DESK_GREEN, DESK_BLUE, DESK_WHITE, DESK_NOTHING };
extern const int desk_four[4];

Image *desk_new_image(unsigned long width, unsigned long height,
		      const int corners[4]);

/* A file, and what a probe would say of it. */
struct desk_file {
	int fd;
	struct probe probe;
	const uint8_t *bytes;
	size_t len;
};
struct desk_file desk_new_file(struct desk *desk, const void *bytes, size_t len,
			       enum format format, uint32_t width,
			       uint32_t height);

/* The image as a file; it is destroyed. */
struct desk_file desk_save(struct desk *desk, Image *image, enum format format,
			   uint32_t width, uint32_t height);

struct desk_file desk_four_colours(struct desk *desk, enum format format,
				   uint32_t width, uint32_t height);

/* By these recipes. */
bool desk_render_all(struct rendition *rendition, struct desk *desk,
		     const struct desk_file *file, const struct recipe *recipes,
		     size_t count);

/* The process that waits for the next picture of another owner. */
pid_t desk_spare(const struct desk *desk);

/* Renders "h20" for this owner, and returns the process that is kept for the
   next picture of the same. */
pid_t desk_render_as(struct desk *desk, struct uuid owner,
		     const struct desk_file *file);

/* By the recipe in this text. */
bool desk_render(struct rendition *rendition, struct desk *desk,
		 const struct desk_file *file, const char *text);
void desk_must_render(struct rendition *rendition, struct desk *desk,
		      const struct desk_file *file, const char *text);
void desk_must_fail(struct desk *desk, const struct desk_file *file,
		    const char *text, enum err err, const char *why);

/* To be destroyed by DestroyImage(). */
Image *desk_read_back(const struct rendition *rendition);
int desk_colour_at(const Image *image, long x, long y);
void desk_check_corners(const struct rendition *rendition, const int want[4]);

#endif
