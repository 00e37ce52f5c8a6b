#ifndef LIB_SERVICE_SCHEMA_CHECK_H
#define LIB_SERVICE_SCHEMA_CHECK_H

#include "lib/base/work.h"

/* ERR_CONFLICT if the database lacks migrations, or has newer ones than this
   version. */
bool schema_check(struct work *work) MUST_CHECK;

/*
 * The same for a supervisor, which must not open a database: a child process
 * asks. Also succeeds if the database does not answer within a few seconds,
 * because the programs start without it and wait for it. Only for the start:
 * a newer schema may be applied while the programs run.
 */
bool schema_check_apart(struct work *work) MUST_CHECK;

#endif
