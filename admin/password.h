#ifndef ADMIN_PASSWORD_H
#define ADMIN_PASSWORD_H

#include <stdbool.h>

#include "lib/base/util.h"

struct call;

/* Reads a password: with --password-stdin the first line of the standard input,
   else asks for it twice at the terminal without echo. Checks it as login.h
   says. With --generate it makes a random one of 120 bits, which the caller
   shows. */
bool password_read(const char **password, const struct call *call) MUST_CHECK;

#endif
