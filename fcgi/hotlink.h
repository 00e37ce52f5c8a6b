#ifndef FCGI_HOTLINK_H
#define FCGI_HOTLINK_H

#include "fcgi/request.h"

/* Checks the Referer of a request for a public picture against the setting
   hotlink_hosts. Passes without the setting, without a Referer of a page, and
   for pages of this service. ERR_FORBIDDEN. The sites of the web servers check
   the same. */
bool hotlink_check(struct request *req) MUST_CHECK;

#endif
