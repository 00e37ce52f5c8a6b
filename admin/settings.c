/* settings.c: pixtierctl settings. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "admin/command.h"
#include "admin/print.h"
#include "lib/base/conf.h"
#include "lib/base/pool.h"
#include "lib/base/text.h"

static void add_row(const struct conf_row *row, void *print)
{
	PRINT_ROW(print, cell_text(row->name), cell_text(row->value),
		  cell_text(row->fallback), cell_text(row->type),
		  cell_text(row->meaning));
}

static void print_value(const struct conf_row *row, void *out)
{
	(void)out;
	printf("%s = \"%s\"\n", row->name, row->value);
}

static void print_all(const struct call *call, const struct conf *conf)
{
	static const char *const columns[] = { "name", "value",   "default",
					       "type", "meaning", NULL };
	struct print *print = print_table(call, columns);

	conf_each(conf, call->work->pool, add_row, print);
	print_end(print);
}

/* In roff, a line that begins with a dot or an apostrophe is a request, and a
   backslash begins an escape. */
static void print_roff(const char *text)
{
	if (*text == '.' || *text == '\'')
		fputs("\\&", stdout);
	for (; *text; text++)
		switch (*text) {
		case '\\':
			fputs("\\e", stdout);
			break;
		case '-':
			fputs("\\-", stdout);
			break;
		case '`':
			fputs("\\(ga", stdout);
			break;
		default:
			putchar(*text);
		}
}

/* The folders of this installation, and their names in the manual of the
   source, which is the same for all. `make` puts back the former. */
static const struct {
	const char *own, *usual;
} folders[] = {
	{ PIXTIER_SETTINGS_DIR, "/etc/pixtier" },
	{ PIXTIER_STORE_DIR, "/var/lib/pixtier" },
	{ PIXTIER_RUN_DIR, "/run/pixtier" },
};

static const char *default_of(const struct conf_row *row, struct pool *pool)
{
	for (size_t i = 0; i < ARRAY_LEN(folders); i++)
		if (text_starts(row->fallback, folders[i].own))
			return pool_printf(pool, "%s%s", folders[i].usual,
					   row->fallback +
						   strlen(folders[i].own));
	if (!strcmp(row->fallback, PIXTIER_SCHEMA_DIR) ||
	    !strcmp(row->fallback, PIXTIER_DECODER))
		return "the installed one";
	return *row->fallback ? row->fallback : "empty";
}

static void print_man_row(const struct conf_row *row, void *pool)
{
	printf(".TP\n.B %s\n", row->name);
	print_roff(row->meaning);
	fputs("\n.br\n(", stdout);
	print_roff(row->type);
	fputs("; default: ", stdout);
	print_roff(default_of(row, pool));
	fputs(")\n", stdout);
}

static void print_man(const struct call *call)
{
	static const char head[] =
		".\\\" Made by `pixtierctl settings --man`.\n"
		".TH PIXTIER.CONF 5\n"
		".SH NAME\n"
		"pixtier.conf \\- the settings of pixtier\n"
		".SH DESCRIPTION\n"
		"Lines of the form\n"
		".IR name\\  = \\ \\(dq value \\(dq\n"
		"and comments that begin with #. All programs of pixtier read "
		"the same file: that of\n"
		".BR \\-\\-config ,\n"
		"otherwise that of\n"
		".BR $PIXTIER_CONFIG ,\n"
		"otherwise\n"
		".IR /etc/pixtier/pixtier.conf .\n"
		"The environment overrides the file: the setting\n"
		".I x_y\n"
		"is\n"
		".BR PIXTIER_X_Y .\n"
		"SIGHUP makes a supervisor read the file again.\n"
		"A number of seconds may have a unit: 90s, 15m, 12h, 30d or "
		"2w.\n"
		".SH SETTINGS\n";
	static const char tail[] = ".SH SEE ALSO\n"
				   ".BR pixtierctl (1),\n"
				   ".BR pixtier (7),\n"
				   ".BR pixtier\\-fcgi (8),\n"
				   ".BR pixtier\\-worker (8)\n";

	fputs(head, stdout);
	conf_each(call->work->conf, call->work->pool, print_man_row,
		  call->work->pool);
	fputs(tail, stdout);
}

/* Fails if the settings file has an error. */
static bool print_effective(struct call *call)
{
	struct conf conf;

	if (!conf_load(&conf, call->work, call->config_file))
		return false;
	if (call->json)
		print_all(call, &conf);
	else
		conf_each(&conf, call->work->pool, print_value, NULL);
	return true;
}

bool cmd_settings_show(struct call *call)
{
	if (call->options[OPTION_MAN])
		print_man(call);
	else if (call->json || call->options[OPTION_EFFECTIVE])
		return print_effective(call);
	else
		conf_print_reference(stdout);
	return true;
}
