/* jpeg_code.c: computes optimal Huffman codes for a JPEG. */
#include "config.h"

#include "lib/picture/jpeg_code.h"

#include <string.h>

enum {
	SYMBOLS = 256,
	/* This symbol gets the code of ones only, which JPEG does not allow. */
	RESERVED = SYMBOLS,
	LONGEST = 16,
	/* Before codes are shortened: a tree of 257 symbols is not deeper. */
	LONGEST_IN_TREE = SYMBOLS
};

/* The trees of symbols. They are joined until one is left. */
struct forest {
	uint64_t weights[SYMBOLS + 1]; /* by the first symbol of each tree */
	int next[SYMBOLS + 1];         /* next symbol of the same tree, or -1 */
	unsigned depths[SYMBOLS + 1];  /* depth of each symbol in its tree */
	int roots[SYMBOLS + 1];        /* in ascending order */
	unsigned count;                /* number of roots */
};

static void forest_init(struct forest *forest, const uint32_t *frequencies)
{
	memset(forest->depths, 0, sizeof(forest->depths));
	memset(forest->next, -1, sizeof(forest->next));
	forest->count = 0;
	for (int i = 0; i <= RESERVED; i++) {
		forest->weights[i] = i == RESERVED ? 1 : frequencies[i];
		if (forest->weights[i])
			forest->roots[forest->count++] = i;
	}
}

/* Returns the index in roots[] of the lightest tree except `other`; of equal
   ones the last (T.81 K.2). */
static unsigned lightest(const struct forest *forest, unsigned other)
{
	unsigned best = other ? 0 : 1;

	for (unsigned i = best + 1; i < forest->count; i++)
		if (i != other && forest->weights[forest->roots[i]] <=
					  forest->weights[forest->roots[best]])
			best = i;
	return best;
}

/* Figure K.1: appends the second tree to the first. */
static void join(struct forest *forest, unsigned first, unsigned second)
{
	int at = forest->roots[first];

	forest->weights[at] += forest->weights[forest->roots[second]];
	for (; forest->next[at] >= 0; at = forest->next[at])
		forest->depths[at]++;
	forest->depths[at]++;
	forest->next[at] = forest->roots[second];
	for (at = forest->next[at]; at >= 0; at = forest->next[at])
		forest->depths[at]++;
	forest->count--;
	memmove(forest->roots + second, forest->roots + second + 1,
		(forest->count - second) * sizeof(*forest->roots));
}

/* Figure K.3: shortens pairs of codes that are too long, and lengthens a
   shorter one for each pair. Then removes the reserved code. */
static void shorten(unsigned counts[LONGEST_IN_TREE + 1])
{
	unsigned len = LONGEST_IN_TREE;

	for (; len > LONGEST; len--)
		while (counts[len]) {
			unsigned shorter = len - 2;

			while (!counts[shorter])
				shorter--;
			counts[len] -= 2;
			counts[len - 1]++;
			counts[shorter + 1] += 2;
			counts[shorter]--;
		}
	while (!counts[len])
		len--;
	counts[len]--;
}

static void sort_symbols(struct jpeg_code *code, const struct forest *forest,
			 unsigned count)
{
	for (unsigned depth = 1; code->count < count; depth++)
		for (int i = 0; i < SYMBOLS; i++)
			if (forest->depths[i] == depth)
				code->symbols[code->count++] = (uint8_t)i;
}

/* C.2: the codes of one length are consecutive. */
static void assign_codes(struct jpeg_code *code)
{
	unsigned next = 0, at = 0;

	for (unsigned len = 1; len <= LONGEST; len++, next <<= 1)
		for (unsigned i = 0; i < code->bits[len]; i++, at++) {
			code->codes[code->symbols[at]] = (uint16_t)next++;
			code->lengths[code->symbols[at]] = (uint8_t)len;
		}
}

void jpeg_code_init(struct jpeg_code *code, const uint32_t frequencies[256])
{
	struct forest forest;
	unsigned counts[LONGEST_IN_TREE + 1] = { 0 };
	unsigned symbols;

	memset(code, 0, sizeof(*code));
	forest_init(&forest, frequencies);
	symbols = forest.count - 1;
	if (!symbols)
		return;
	while (forest.count > 1) {
		const unsigned first = lightest(&forest, forest.count);

		join(&forest, first, lightest(&forest, first));
	}
	for (int i = 0; i <= RESERVED; i++)
		counts[forest.depths[i]]++;
	counts[0] = 0;
	sort_symbols(code, &forest, symbols);
	shorten(counts);
	for (unsigned len = 1; len <= LONGEST; len++)
		code->bits[len] = (uint8_t)counts[len];
	assign_codes(code);
}
