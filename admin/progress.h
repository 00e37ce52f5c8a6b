#ifndef ADMIN_PROGRESS_H
#define ADMIN_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

/* Shows how far a long command is, in one line of the standard error, if that
   is a terminal. */
struct progress {
	const char *what; /* "files checked" */
	int64_t next_ms;  /* when to show again; at first 0 */
	bool shown;
};

/* Shows a bar if `total` is known, else only the number. */
void progress_show(struct progress *progress, int64_t done, int64_t total);

/* Clears the line. */
void progress_end(struct progress *progress);

#endif
