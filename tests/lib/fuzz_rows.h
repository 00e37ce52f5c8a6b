#ifndef TESTS_LIB_FUZZ_ROWS_H
#define TESTS_LIB_FUZZ_ROWS_H

#include "lib/picture/probe.h"
#include "lib/picture/row_sink.h"

/* Checks the rows that a decoder streams: as many as it said, multiplied by
   alpha, or as many of each plane, in memory that may be read up to the slack
   behind each. */
struct fuzz_rows {
	const struct probe *probe;
	struct row_picture picture;
	bool accepts_planes;
	uint8_t *row;
	uint32_t counts[ROW_PLANES];
};

struct row_sink fuzz_rows_sink(struct fuzz_rows *rows,
			       const struct probe *probe);

/* After the decoder has ended. */
void fuzz_rows_check(struct fuzz_rows *rows, const struct work *work, bool ok);

#endif
