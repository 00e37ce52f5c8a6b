#ifndef LIB_DB_SCRIPT_H
#define LIB_DB_SCRIPT_H

#include "lib/base/work.h"

/* Splits a schema file into statements, which end with a semicolon outside
   quotes and comments; the last one may lack it. Such a file must not contain
   stored programs, because their bodies contain semicolons. */

/* Returns the next statement without its semicolon and the comments around it,
   or NULL after the last, and advances `rest`. Fails if a quote or a comment
   does not end. `name` is the file's name, for the error text. */
bool script_next(const char **statement, struct work *work, const char **rest,
		 const char *name) MUST_CHECK;

#endif
