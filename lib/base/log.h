#ifndef LIB_BASE_LOG_H
#define LIB_BASE_LOG_H

#include <stdint.h>

#include "lib/base/conf.h"
#include "lib/base/util.h"

/*
 * One line for each event, to stderr or syslog, as JSON or text: the time, the
 * level, the program and its pid, the event's name and its fields. Never log a
 * secret: no token, password, key, cookie or query. Control characters and
 * broken UTF-8 are escaped.
 */
struct log_field {
	const char *name;
	const char *text; /* NULL: use `number`; if that is absent too, the
			     field is left out */
	int64_t number;
	enum { LOG_NUMBER, LOG_TEXT } type;
};

static inline struct log_field log_text(const char *name, const char *text)
{
	return (struct log_field){ name, text, 0, LOG_TEXT };
}

static inline struct log_field log_number(const char *name, int64_t number)
{
	return (struct log_field){ name, NULL, number, LOG_NUMBER };
}

/* Each program calls this once; `program` must live on. Before, the log goes to
   stderr as text. */
void log_init(const struct conf *conf, const char *program);

/* Stops and starts the log, for an attempt that is expected to fail. */
void log_pause(void);
void log_resume(void);

/* clang-format off */
#define LOG_EVENT(level, event, ...) \
	log_event((level), (event), (const struct log_field[]){ __VA_ARGS__ }, \
		  sizeof((const struct log_field[]){ __VA_ARGS__ }) / \
			  sizeof(struct log_field))
/* clang-format on */

void log_event(enum conf_log_level level, const char *event,
	       const struct log_field *fields, size_t count);

/* Logs why the work failed, with its id. */
void log_failure(const struct work *work, const char *event);

#endif
