#ifndef LIB_SERVICE_MONITOR_H
#define LIB_SERVICE_MONITOR_H

#include "lib/base/work.h"

/* Reads what the metrics have from the database, unless some process has done
   so in the last seconds. When it does not answer, they are not printed. */
void monitor_refresh(struct work *work);

#endif
