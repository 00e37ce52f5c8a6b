#ifndef LIB_DB_REMEDY_H
#define LIB_DB_REMEDY_H

#include "lib/base/work.h"

/* Describes, for the administrator, why work->db has no connection: where the
   server is looked for, what it answered, and what to do. Clients must not see
   this text: it has names of hosts and accounts. */
const char *remedy_text(struct work *work);

#endif
