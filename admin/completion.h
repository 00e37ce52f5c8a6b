#ifndef ADMIN_COMPLETION_H
#define ADMIN_COMPLETION_H

#include <getopt.h>
#include <stddef.h>

struct command;

/* Prints a script for bash that completes the words of these commands and
   options. The options end with one whose name is NULL. */
void completion_print(const struct command *commands, size_t count,
		      const struct option *options);

#endif
