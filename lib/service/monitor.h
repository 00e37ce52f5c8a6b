#ifndef LIB_SERVICE_MONITOR_H
#define LIB_SERVICE_MONITOR_H

#include "lib/base/work.h"

/* Updates the metrics that come from the database, unless a process has done so
   in the last seconds. If the database does not answer, these metrics are not
   printed. */
void monitor_refresh(struct work *work);

#endif
