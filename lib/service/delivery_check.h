#ifndef LIB_SERVICE_DELIVERY_CHECK_H
#define LIB_SERVICE_DELIVERY_CHECK_H

#include "lib/base/work.h"

/* Checks whether clients get pictures: stores a file for a moment, and fetches
   it by a signed URL through base_url, at any address that its host has. Needs
   the keys and the database. Fails with what came instead. */
bool delivery_check(struct work *work) MUST_CHECK;

#endif
