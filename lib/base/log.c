/* log.c: writes one line for each event. */
#include "config.h"

#include "lib/base/log.h"

#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/pool.h"
#include "lib/base/text.h"

enum { MAX_LINE = 1 << 17, MAX_TEXT = 1024 };

static struct {
	const char *program;
	enum conf_log_to to;
	enum conf_log_format format;
	enum conf_log_level level;
	bool paused;
} log_state = { "pixtier", LOG_TO_STDERR, LOG_AS_TEXT, LOG_LEVEL_INFO, false };

static const char *const level_names[] = {
	[LOG_LEVEL_ERROR] = "error",
	[LOG_LEVEL_INFO] = "info",
	[LOG_LEVEL_DEBUG] = "debug",
};

void log_init(const struct conf *conf, const char *program)
{
	log_state.program = program;
	log_state.to = (enum conf_log_to)conf->log_to;
	log_state.format = (enum conf_log_format)conf->log_format;
	log_state.level = (enum conf_log_level)conf->log_level;
	if (log_state.to == LOG_TO_SYSLOG)
		openlog(program, LOG_PID, LOG_DAEMON);
}

void log_pause(void)
{
	log_state.paused = true;
}

void log_resume(void)
{
	log_state.paused = false;
}

/* Whether it is a control character of ASCII or Latin-1. */
static bool is_control(uint32_t code)
{
	return code < 0x20 || (code >= 0x7f && code < 0xa0);
}

/* Adds a quoted text that is the same in JSON (RFC 8259 section 7) and in a
   text line. Bytes that are not UTF-8 become U+FFFD. */
static void add_quoted(struct buf *line, const char *text)
{
	const char *end = text + text_cut(text, MAX_TEXT), *from;

	buf_printf(line, "\"");
	while ((from = text) < end) {
		const uint32_t code = text_next(&text, end);

		if (code == TEXT_INVALID || is_control(code))
			buf_printf(line, "\\u%04x",
				   code == TEXT_INVALID ? 0xfffd : code);
		else
			buf_printf(line, "%s%.*s",
				   strchr("\"\\", *from) ? "\\" : "",
				   (int)(text - from), from);
	}
	buf_printf(line, "\"");
}

static void add_field(struct buf *line, const struct log_field *field)
{
	bool json = log_state.format == LOG_AS_JSON;

	if (field->type == LOG_TEXT && !field->text)
		return;
	buf_printf(line, json ? ",\"%s\":" : " %s=", field->name);
	if (field->type == LOG_TEXT)
		add_quoted(line, field->text);
	else
		buf_printf(line, "%lld", (long long)field->number);
}

static void write_line(enum conf_log_level level, const struct buf *line)
{
	static const int priorities[] = {
		[LOG_LEVEL_ERROR] = LOG_ERR,
		[LOG_LEVEL_INFO] = LOG_INFO,
		[LOG_LEVEL_DEBUG] = LOG_DEBUG,
	};

	if (log_state.to == LOG_TO_SYSLOG)
		syslog(priorities[level], "%s", line->data);
	else if (write(STDERR_FILENO, line->data, line->len) < 0)
		return; /* this failure cannot be reported anywhere */
}

void log_event(enum conf_log_level level, const char *event,
	       const struct log_field *fields, size_t count)
{
	bool json = log_state.format == LOG_AS_JSON;
	struct pool *pool;
	struct buf *line;

	if (log_state.paused || level > log_state.level)
		return;
	pool = pool_new();
	line = buf_new(pool, MAX_LINE);
	buf_printf(
		line,
		json ? "{\"time\":\"%s\",\"level\":\"%s\",\"program\":\"%s\","
		       "\"pid\":%d,\"event\":\"%s\""
		     : "%s %s %s[%d] %s",
		clock_text_us(pool, clock_now_us()), level_names[level],
		log_state.program, (int)getpid(), event);
	for (size_t i = 0; i < count; i++)
		add_field(line, &fields[i]);
	buf_printf(line, json ? "}\n" : "\n");
	write_line(level, line);
	pool_free(pool);
}

void log_failure(const struct work *work, const char *event)
{
	LOG_EVENT(LOG_LEVEL_ERROR, event, log_text("id", work->id),
		  log_text("code", err_code(work->err)),
		  log_text("field", *work->field ? work->field : NULL),
		  log_text("why", work->why));
}
