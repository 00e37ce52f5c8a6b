#ifndef LIB_SERVICE_READINESS_H
#define LIB_SERVICE_READINESS_H

#include "lib/base/work.h"

/* Whether the service can do its work: the database answers, its schema is the
   one that this version needs, the store can be written, there is a key that
   signs. ERR_UNAVAILABLE names the part that is not. `warning` is what will not
   last, or NULL. */
bool readiness_check(const char **warning, struct work *work) MUST_CHECK;

#endif
