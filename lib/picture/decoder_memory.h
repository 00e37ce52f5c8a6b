#ifndef LIB_PICTURE_DECODER_MEMORY_H
#define LIB_PICTURE_DECODER_MEMORY_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/conf.h"
#include "lib/picture/recipe.h"

/*
 * Estimated MiB of memory that a decoder process has at most while it renders
 * these recipes of a picture, `source_len` bytes of its file among them: those
 * of lib/picture/probe.h are for any engine, these are for the setting
 * `engine`. Either is more than is needed; tests/unit/decoder_memory.c compares
 * with what is. Saturates.
 */
unsigned decoder_memory_mib(const struct probe *probe,
			    const struct recipe *recipes, size_t count,
			    uint64_t source_len, const struct conf *conf);

#endif
