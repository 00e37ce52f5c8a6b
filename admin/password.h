#ifndef ADMIN_PASSWORD_H
#define ADMIN_PASSWORD_H

#include <stdbool.h>

#include "lib/base/util.h"

struct call;
struct pool;
struct work;

/* Reads a password: with --password-stdin the first line of the standard input,
   else asks for it twice at the terminal without echo. Checks it as login.h
   says. With --generate it makes a random one of 120 bits, which the caller
   shows. */
bool password_read(const char **password, const struct call *call) MUST_CHECK;

/* Reads a password of another service, which is not checked: with a terminal
   asks for it once without echo, else reads the first line of the standard
   input. */
bool password_ask(const char **password, struct work *work,
		  const char *prompt) MUST_CHECK;

/* Makes a random password of 120 bits: lower-case letters, digits and
   hyphens. */
const char *password_generate(struct pool *pool);

#endif
