#ifndef FCGI_RANGE_H
#define FCGI_RANGE_H

#include <stdbool.h>
#include <stdint.h>

/*
 * False if the header Range is malformed (RFC 9110 section 14.1.1); section
 * 14.2 lets a server ignore it then. True for "" and for units other than
 * bytes, which web servers ignore. An empty list element, and a last position
 * of more than 18 digits, count as malformed because web servers refuse them.
 */
bool range_is_valid(const char *text);

/* Whether a valid header asks only for bytes beyond the end of a file with so
   many bytes. */
bool range_is_beyond(const char *text, int64_t bytes);

#endif
