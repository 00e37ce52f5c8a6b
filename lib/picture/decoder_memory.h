#ifndef LIB_PICTURE_DECODER_MEMORY_H
#define LIB_PICTURE_DECODER_MEMORY_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/conf.h"
#include "lib/picture/recipe.h"

/*
 * Returns the estimated most memory, in MiB, of a decoder process that renders
 * these recipes of a picture, including `source_len` bytes of its file. The
 * estimates of lib/picture/probe.h are for any engine, these are for the
 * setting `engine`. Both are upper bounds; tests/unit/decoder_memory.c compares
 * them with measured memory. Saturates.
 */
unsigned decoder_memory_mib(const struct probe *probe,
			    const struct recipe *recipes, size_t count,
			    uint64_t source_len, const struct conf *conf);

#endif
