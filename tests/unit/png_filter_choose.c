/* png_filter_choose.c: tests that filters are those of the specification, and
   that the one of the smallest sum is chosen. */
#include "config.h"

#include "lib/picture/png_filter_choose.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "lib/picture/png_filter.h"
#include "tests/lib/png_reference.h"
#include "tests/unit/test.h"

enum { MAX_LEN = 300, FRONT = 4, FILTERS = 5, SLACK = 16 };

struct rows {
	uint8_t row[FRONT + MAX_LEN + SLACK], above[FRONT + MAX_LEN + SLACK];
	struct png_filter_input input;
};

/* W3C PNG 9.2 and 9.4, word by word. */
static int predict(unsigned filter, int a, int b, int c)
{
	const int p = a + b - c;
	const int pa = abs(p - a), pb = abs(p - b), pc = abs(p - c);

	switch (filter) {
	case 1:
		return a;
	case 2:
		return b;
	case 3:
		return (a + b) / 2;
	case 4:
		return pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
	default:
		return 0;
	}
}

static unsigned long apply(uint8_t *out, const struct png_filter_input *input,
			   unsigned filter)
{
	unsigned long sum = 0;

	out[0] = (uint8_t)filter;
	for (size_t i = 0; i < input->len; i++) {
		const bool is_first = i < input->step;
		const int left = is_first ? 0 : input->row[i - input->step];
		const int corner = is_first ? 0 : input->above[i - input->step];

		out[1 + i] = (uint8_t)(input->row[i] - predict(filter, left,
							       input->above[i],
							       corner));
		sum += (unsigned)abs((int8_t)out[1 + i]);
	}
	return sum;
}

static void expect(uint8_t *out, const struct png_filter_input *input)
{
	unsigned long least = ULONG_MAX;
	unsigned best = 0;

	for (unsigned filter = 0; filter < FILTERS; filter++) {
		const unsigned long sum = apply(out, input, filter);

		if (sum < least) {
			least = sum;
			best = filter;
		}
	}
	(void)apply(out, input, best);
}

/* Noise, ramps of both directions, and values at both ends. */
static void fill(struct rows *rows, uint64_t *seed)
{
	static const uint32_t noises[] = { 1, 2, 8, 256 };
	const uint32_t noise = noises[png_reference_random(seed, 4)];
	const uint32_t across = png_reference_random(seed, 9) * 31;
	const uint32_t down = png_reference_random(seed, 9) * 31;
	const uint32_t ends = png_reference_random(seed, 4) ? 0 : 255;

	memset(rows, 0, sizeof(*rows));
	rows->input.len = 1 + png_reference_random(seed, MAX_LEN);
	rows->input.step = 1 + png_reference_random(seed, FRONT);
	rows->input.row = rows->row + FRONT;
	rows->input.above = rows->above + FRONT;
	for (uint32_t i = 0; i < rows->input.len; i++) {
		const uint32_t base = i / rows->input.step * across;
		uint32_t above = base + png_reference_random(seed, noise);
		uint32_t row = base + down + png_reference_random(seed, noise);

		rows->above[FRONT + i] =
			(uint8_t)(ends ? (above & 1) * ends : above);
		rows->row[FRONT + i] = (uint8_t)(ends ? (row & 1) * ends : row);
	}
	if (!png_reference_random(seed, 4))
		memset(rows->above, 0, sizeof(rows->above));
}

static void chooses_the_smallest_sum(void **state)
{
	enum { TIMES = 20000 };
	unsigned chosen[FILTERS] = { 0 };
	uint64_t seed = 1;

	(void)state;
	for (int i = 0; i < TIMES; i++) {
		uint8_t found[1 + MAX_LEN + SLACK], wanted[1 + MAX_LEN];
		struct rows rows;

		fill(&rows, &seed);
		expect(wanted, &rows.input);
		png_filter_choose(found, &rows.input);
		assert_memory_equal(found, wanted, 1 + rows.input.len);
		chosen[found[0]]++;
		assert_true(png_filter_undo(found + 1, rows.input.above,
					    rows.input.len, found[0],
					    rows.input.step));
		assert_memory_equal(found + 1, rows.input.row, rows.input.len);
	}
	for (unsigned i = 0; i < FILTERS; i++) {
		print_message("# filter %u: %u rows\n", i, chosen[i]);
		assert_true(chosen[i] > TIMES / 100);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chooses_the_smallest_sum),
	};

	return RUN_TESTS(tests);
}
