#ifndef LIB_PICTURE_DECODER_ERROR_H
#define LIB_PICTURE_DECODER_ERROR_H

#include <stdint.h>

#include "lib/base/work.h"

enum { DECODER_ERROR_NUMBERS = 4 };

/*
 * A failure of a decoder process: the row of a text in a table, and the numbers
 * in that text. The process sends no text, for it may be under the control of
 * its picture, and what it writes is shown to clients.
 */
struct decoder_error {
	uint32_t row;
	uint32_t padding; /* is 0: all bytes are sent */
	uint64_t numbers[DECODER_ERROR_NUMBERS];
};

/* In the decoder process: how the work has failed. What a library said beyond
   the table's texts is left out. */
struct decoder_error decoder_error_of(const struct work *work);

/* In its client: what kind of failure it is. A row that is not in the table is
   a damaged picture. */
enum err decoder_error_kind(const struct decoder_error *error);

/* Fails the work with the error; returns false. */
bool decoder_error_fail(struct work *work, const struct decoder_error *error);

#endif
