#ifndef LIB_DB_SCRIPT_H
#define LIB_DB_SCRIPT_H

#include "lib/base/work.h"

/*
 * The statements of a schema file, which end in a semicolon outside of quotes
 * and comments (the last one need not). Stored programs, whose bodies have
 * semicolons of their own, do not belong into such a file.
 */

/* The next statement without its semicolon and without the comments around it,
   or NULL after the last; `rest` moves on. Fails when a quote or a comment does
   not end; `name` is the file's, for the text. */
bool script_next(const char **statement, struct work *work, const char **rest,
		 const char *name) MUST_CHECK;

#endif
