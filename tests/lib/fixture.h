#ifndef TESTS_LIB_FIXTURE_H
#define TESTS_LIB_FIXTURE_H

#include <stddef.h>
#include <stdint.h>

#include <magick/api.h>

#include "lib/base/conf.h"
#include "lib/base/work.h"
#include "lib/picture/decoder_pool.h"
#include "lib/picture/decoder_server.h"

/* Where a decoder process gets pictures, and what comes of them is looked at.
   What a test expects and does not find fails the test. */
struct fixture {
	struct pool *pool;
	struct conf *conf;
	struct work work;
	struct decoder_server server;
	pid_t server_pid;
	struct decoder_pool *decoders;
	struct uuid owner; /* of the next pictures; at first nobody */
};

extern const struct decoder_limits fixture_limits;

struct fixture fixture_set_up(void);
void fixture_clear_up(struct fixture *fixture);

/* New processes, with the settings as they are now. */
void fixture_restart(struct fixture *fixture,
		     const struct decoder_limits *limits);

/* Another server on the same socket, as after a death of the first. */
void fixture_start_server(struct fixture *fixture);
void fixture_kill_server(struct fixture *fixture);

/* Pictures have a colour in each quarter: top left, top right, bottom left,
   bottom right, which tells how they were turned. */
enum {
	FIXTURE_RED,
	FIXTURE_GREEN,
	FIXTURE_BLUE,
	FIXTURE_WHITE,
	FIXTURE_NOTHING
};
extern const int fixture_four[4];

Image *fixture_new_image(unsigned long width, unsigned long height,
			 const int corners[4]);

/* A file, and what a probe would say of it. */
struct fixture_file {
	int fd;
	struct probe probe;
	const uint8_t *bytes;
	size_t len;
};
struct fixture_file fixture_new_file(struct fixture *fixture, const void *bytes,
				     size_t len, enum format format,
				     uint32_t width, uint32_t height);

/* The image as a file; it is destroyed. */
struct fixture_file fixture_save(struct fixture *fixture, Image *image,
				 enum format format, uint32_t width,
				 uint32_t height);

struct fixture_file fixture_four_colours(struct fixture *fixture,
					 enum format format, uint32_t width,
					 uint32_t height);

/* By these recipes. */
bool fixture_render_all(struct rendition *rendition, struct fixture *fixture,
			const struct fixture_file *file,
			const struct recipe *recipes, size_t count);

/* The process that waits for the next picture of another owner. */
pid_t fixture_spare(const struct fixture *fixture);

/* Renders "h20" for this owner, and returns the process that is kept for the
   next picture of the same. */
pid_t fixture_render_as(struct fixture *fixture, struct uuid owner,
			const struct fixture_file *file);

/* By the recipe in this text. */
bool fixture_render(struct rendition *rendition, struct fixture *fixture,
		    const struct fixture_file *file, const char *text);
void fixture_must_render(struct rendition *rendition, struct fixture *fixture,
			 const struct fixture_file *file, const char *text);
void fixture_must_fail(struct fixture *fixture, const struct fixture_file *file,
		       const char *text, enum err err, const char *why);

/* To be destroyed by DestroyImage(). */
Image *fixture_read_back(const struct rendition *rendition);
int fixture_colour_at(const Image *image, long x, long y);
void fixture_check_corners(const struct rendition *rendition,
			   const int want[4]);

#endif
