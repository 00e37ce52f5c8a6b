#ifndef WORKER_LABOUR_H
#define WORKER_LABOUR_H

#include "lib/base/conf.h"

/* A worker's main: claims, runs and ends one job after another, and now and
   then gives back what dead workers held, until it is told to stop. `conf` is
   a struct conf; returns an exit status. */
int labour_run(void *conf, long slot);

#endif
