#ifndef ADMIN_PASSWORD_H
#define ADMIN_PASSWORD_H

#include <stdbool.h>

#include "lib/base/util.h"

struct call;

/* The first line of the standard input with --password-stdin, else asked for
   twice at the terminal, without an echo. Checked as login.h says. */
bool password_read(const char **password, const struct call *call) MUST_CHECK;

#endif
