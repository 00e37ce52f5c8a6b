#ifndef TESTS_LIB_FUZZ_FRAMES_H
#define TESTS_LIB_FUZZ_FRAMES_H

#include "lib/picture/animation.h"

/* Reads some frames of an animation and checks them: each has the canvas's
   size, and colours that are multiplied by alpha. */
void fuzz_frames_check(const struct animation_reader *reader, struct work *work,
		       const struct probe *probe, const uint8_t *data,
		       size_t size);

#endif
