#ifndef LIB_BASE_BASE_URL_H
#define LIB_BASE_BASE_URL_H

#include <stdbool.h>

enum { BASE_URL_MAX_PATH = 100 };

/* True if the text is http:// or https://, a host and perhaps a port and a path
   such as /pictures: at most BASE_URL_MAX_PATH bytes of segments that are not
   empty, not "." or "..", and have only unreserved characters (RFC 3986 section
   2.3); no slash at the end. */
bool base_url_is_valid(const char *text);

/* Returns the path of a valid URL, such as "/pictures"; "" if it has none. */
const char *base_url_path(const char *base_url);

#endif
