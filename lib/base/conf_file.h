#ifndef LIB_BASE_CONF_FILE_H
#define LIB_BASE_CONF_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/base/work.h"

struct conf;
struct setting;

/* Reads these settings from the file into conf. Texts live as long as the pool.
   Fails with ERR_INVALID_FIELD; the text has the file, the line, the setting,
   what was expected and what came. */
bool conf_file_read(struct conf *conf, struct work *work, const char *file,
		    const struct setting *settings, size_t count) MUST_CHECK;

#endif
