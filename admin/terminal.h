#ifndef ADMIN_TERMINAL_H
#define ADMIN_TERMINAL_H

#include "lib/base/work.h"

/* A page on the terminal that is drawn again and again. */

/* Whether the standard input and the standard output are terminals. */
bool terminal_is_there(void);

/* Shows an empty page. When the work's pool is freed, the terminal is as
   before. SIGINT, SIGTERM and SIGHUP only end terminal_wait(). */
bool terminal_enter(struct work *work) MUST_CHECK;

/* Replaces the page; what does not fit is cut. */
void terminal_draw(const char *text);

/* Waits; returns false if the user ends the page: with q, Ctrl-C, Ctrl-D or a
   signal. */
bool terminal_wait(int ms);

#endif
