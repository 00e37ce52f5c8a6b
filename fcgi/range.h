#ifndef FCGI_RANGE_H
#define FCGI_RANGE_H

#include <stdbool.h>

/*
 * False for a header Range that is malformed (RFC 9110 section 14.1.1), which
 * section 14.2 lets a server ignore; true for "" and for units other than
 * bytes, which web servers ignore by themselves. An element of a list that is
 * empty, and a last position with more than 18 digits, count as malformed: web
 * servers refuse them.
 */
bool range_is_valid(const char *text);

#endif
