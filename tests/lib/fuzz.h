#ifndef TESTS_LIB_FUZZ_H
#define TESTS_LIB_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/work.h"

/*
 * Each file tests/fuzz/NAME.c is a fuzz target, a program of its own: libFuzzer
 * calls this function with bytes of its choice (`make fuzz`), fuzz_standalone.c
 * with the seeds of tests/fuzz/seeds.py (`make check`). A property that does
 * not hold ends the process.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define expect(holds)                                                          \
	((holds) ? (void)0 : fuzz_failed(#holds, __FILE__, __LINE__))
NORETURN void fuzz_failed(const char *property, const char *file, int line);

/* Checks that the text is UTF-8 without control characters. */
void fuzz_expect_clean(const char *text);

/* An input that is taken apart from its start; 0 and "" when it is used up. */
struct fuzz_input {
	const uint8_t *at;
	size_t left;
};
uint8_t fuzz_byte(struct fuzz_input *input);
uint32_t fuzz_number(struct fuzz_input *input, unsigned bytes);

/* Up to the byte `end`, which is skipped, or the input's end. In the pool. */
char *fuzz_text(struct fuzz_input *input, struct pool *pool, int end);

/* The settings as they are by default. */
const struct conf *fuzz_conf(void);

/* A file with these bytes that has a path; it is open until the pool ends. */
const char *fuzz_file(struct pool *pool, const uint8_t *data, size_t size);

#endif
