#ifndef LIB_PICTURE_DECODER_ERROR_H
#define LIB_PICTURE_DECODER_ERROR_H

#include <stdint.h>

#include "lib/base/work.h"

enum { DECODER_ERROR_NUMBERS = 4 };

/* A failure of a decoder process: the row of a text in a table, and the numbers
   in that text. The process does not send text, because its picture may have
   compromised it, and clients see the text. */
struct decoder_error {
	uint32_t row;
	uint32_t padding; /* 0, so that all bytes are initialized */
	uint64_t numbers[DECODER_ERROR_NUMBERS];
};

/* Called in the decoder process: converts the failure of the work. Drops the
   text of a library if it is not in the table. */
struct decoder_error decoder_error_of(const struct work *work);

/* Called in the client: returns the kind of failure. A row that is not in the
   table counts as a damaged picture. */
enum err decoder_error_kind(const struct decoder_error *error);

/* Fails the work with the error; returns false. */
bool decoder_error_fail(struct work *work, const struct decoder_error *error);

#endif
