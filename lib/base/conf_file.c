/* conf_file.c: reads a file of settings with libconfuse. */
#include "config.h"

#include "lib/base/conf_file.h"

#include <confuse.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/conf.h"
#include "lib/base/pool.h"
#include "lib/base/setting.h"
#include "lib/base/text.h"

enum { MAX_FILE = 1 << 20 };

/* A variable, because libconfuse's callbacks have no user argument. */
static struct {
	const char *file;
	const struct setting *settings;
	size_t count;
	struct work work;
} reading;

static void note_error(cfg_t *cfg, const char *fmt, va_list args)
{
	char what[160];

	vsnprintf(what, sizeof(what), fmt, args);
	fail_field(&reading.work, "settings", "%s:%d: %s", reading.file,
		   cfg->line, what);
}

/* Checks a value while libconfuse reads it: only then its line is known. */
static int check_value(cfg_t *cfg, cfg_opt_t *opt)
{
	const char *value = cfg_opt_getnstr(opt, cfg_opt_size(opt) - 1);
	struct conf scratch;
	char where[160];

	snprintf(where, sizeof(where), "%s:%d", reading.file, cfg->line);
	for (size_t i = 0; i < reading.count; i++)
		if (!strcmp(reading.settings[i].name, opt->name) &&
		    !setting_set(&reading.settings[i], &scratch, &reading.work,
				 value, where))
			return -1;
	return 0;
}

static void close_file(void *file)
{
	fclose(file);
}

/* Blanks comments, because libconfuse 3.3 counts a line with a comment three
   times. */
static void blank_comments(char *text)
{
	while (*text) {
		const size_t len = strcspn(text, "\n");

		if (*text_skip_blanks(text) == '#')
			memset(text, ' ', len);
		text += len + (text[len] == '\n');
	}
}

/* Reads the file here, because libconfuse ends the process if it cannot read a
   file. */
static bool read_text(const char **text, struct work *work, const char *file)
{
	struct buf *buf = buf_new(work->pool, MAX_FILE);
	FILE *in = fopen(file, "re");
	char chunk[4096];
	size_t got;

	if (!in)
		return fail(work, ERR_INTERNAL,
			    "cannot read the settings in %s: %s; %s", file,
			    strerror(errno),
			    errno == EACCES ? "run this as root, or as a "
					      "member of its group"
					    : "`pixtierctl settings` prints a "
					      "file with all settings");
	pool_defer(work->pool, close_file, in);
	while ((got = fread(chunk, 1, sizeof(chunk), in)))
		if (!buf_add(buf, chunk, got))
			return fail_field(work, "settings",
					  "%s: at most %d bytes", file,
					  MAX_FILE);
	if (ferror(in))
		return fail_errno(work, "cannot read the settings in %s", file);
	if (memchr(buf->data, '\0', buf->len))
		return fail_field(work, "settings", "%s: text without NUL",
				  file);
	blank_comments(buf->data);
	*text = buf->data;
	return true;
}

static void free_cfg(void *cfg)
{
	cfg_free(cfg);
}

static cfg_t *new_cfg(struct pool *pool, const struct setting *settings,
		      size_t count)
{
	cfg_opt_t *opts = pool_alloc(pool, (count + 1) * sizeof(*opts));
	cfg_t *cfg;

	for (size_t i = 0; i < count; i++)
		opts[i] = (cfg_opt_t)CFG_STR(settings[i].name, NULL,
					     CFGF_NODEFAULT);
	opts[count] = (cfg_opt_t)CFG_END();
	cfg = cfg_init(opts, CFGF_NONE);
	if (!cfg)
		abort();
	pool_defer(pool, free_cfg, cfg);
	cfg_set_error_function(cfg, note_error);
	for (size_t i = 0; i < count; i++)
		cfg_set_validate_func(cfg, settings[i].name, check_value);
	return cfg;
}

static void ignore_error(cfg_t *cfg, const char *fmt, va_list args)
{
	(void)cfg;
	(void)fmt;
	(void)args;
}

static bool reads_x(struct pool *pool, const char *text)
{
	cfg_opt_t opts[] = { CFG_STR("x", NULL, CFGF_NODEFAULT), CFG_END() };
	cfg_t *cfg = cfg_init(opts, CFGF_NONE);

	if (!cfg)
		abort();
	pool_defer(pool, free_cfg, cfg);
	cfg_set_error_function(cfg, ignore_error);
	return cfg_parse_buf(cfg, text) == CFG_SUCCESS && cfg_size(cfg, "x");
}

/* libconfuse accepts a file that ends inside a comment or a quoted text, and
   then continues it with the next input. Returns whether the file ended like
   that. */
static bool close_text(struct pool *pool)
{
	static const char *const ends[] = { "*/", "\"", "'" };
	size_t i = 0;

	for (; i < ARRAY_LEN(ends) && !reads_x(pool, "x = 1"); i++)
		(void)reads_x(pool, ends[i]);
	return i > 0;
}

bool conf_file_read(struct conf *conf, struct work *work, const char *file,
		    const struct setting *settings, size_t count)
{
	cfg_t *cfg = new_cfg(work->pool, settings, count);
	const char *text;
	bool parsed, is_open;

	if (!read_text(&text, work, file))
		return false;
	reading.file = file;
	reading.settings = settings;
	reading.count = count;
	parsed = cfg_parse_buf(cfg, text) == CFG_SUCCESS;
	is_open = close_text(work->pool);
	if (!parsed)
		return fail_field(work, reading.work.field, "%s",
				  reading.work.why);
	if (is_open)
		return fail_field(work, "settings",
				  "%s: expected the end of a comment or of a "
				  "text in quotation marks, found the end of "
				  "the file",
				  file);

	for (size_t i = 0; i < count; i++) {
		const char *value = cfg_getstr(cfg, settings[i].name);

		if (value)
			setting_warn(&settings[i], file);
		if (value &&
		    !setting_set(&settings[i], conf, work, value, file))
			return false;
	}
	return true;
}
