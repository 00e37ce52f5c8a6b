#ifndef LIB_SERVICE_READINESS_H
#define LIB_SERVICE_READINESS_H

#include "lib/base/work.h"

/* Checks that the database answers and has the schema of this version, that the
   store is writable, and that there is a key that signs. ERR_UNAVAILABLE names
   the part that is not ready. `warning` describes a problem that will stop the
   service later, or is NULL. */
bool readiness_check(const char **warning, struct work *work) MUST_CHECK;

#endif
