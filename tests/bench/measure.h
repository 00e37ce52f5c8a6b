#ifndef TESTS_BENCH_MEASURE_H
#define TESTS_BENCH_MEASURE_H

#include <stddef.h>
#include <stdint.h>

/*
 * The loop that all engines of the benchmark share. Their arguments are FILE
 * and OUT: they render the picture once, and write its thumbnails of 400 and
 * 200 pixels in height to OUT-400 and OUT-200. For each line of stdin, which
 * is a number N, they render it N times and print a line of six numbers:
 * microseconds of CPU and of real time of one rendering, page faults of one,
 * the largest resident size of any process so far in KiB, and the bytes of
 * both thumbnails.
 */
struct measure_input {
	const char *path;
	const uint8_t *bytes;
	size_t len;
};

/* Allocated by malloc(); the loop frees it. */
struct measure_output {
	void *bytes;
	size_t len;
};

enum { MEASURE_LARGE, MEASURE_SMALL, MEASURE__COUNT };
enum { MEASURE_LARGE_HEIGHT = 400, MEASURE_SMALL_HEIGHT = 200 };
enum { MEASURE_QUALITY = 85 };

/* Fills both outputs, or ends the program by measure_fail(). */
typedef void measure_render(void *arg, const struct measure_input *input,
			    struct measure_output outputs[MEASURE__COUNT]);

/* `start` is called once, after the input is read, and its result given to
   `render`; it may be NULL. Returns main()'s status. */
int measure_main(int argc, char **argv,
		 void *(*start)(const struct measure_input *input),
		 measure_render *render);

/* Prints why to stderr and ends the program. */
__attribute__((noreturn, format(printf, 1, 2))) void measure_fail(
	const char *fmt, ...);

/* The width that keeps the ratio. */
unsigned measure_width(unsigned width, unsigned height, unsigned new_height);

#endif
