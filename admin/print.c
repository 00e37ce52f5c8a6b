/* print.c: prints tables and records, as text or JSON. */
#include "config.h"

#include "admin/print.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "admin/command.h"
#include "lib/base/json.h"
#include "lib/base/pool.h"
#include "lib/base/text.h"

struct row {
	struct row *next;
	const char *texts[];
};

struct print {
	struct pool *pool;
	const char *const *columns;
	size_t count;
	bool single, named;
	struct json *json; /* NULL: print text */

	/* Only for text */
	struct row *rows, **end;
	size_t *widths;
	bool *numeric;
};

struct cell cell_text(const char *text)
{
	return (struct cell){ CELL_TEXT, text, 0 };
}

struct cell cell_words(const char *words)
{
	return (struct cell){ CELL_WORDS, words, 0 };
}

struct cell cell_number(int64_t number)
{
	return (struct cell){ CELL_NUMBER, "", number };
}

struct cell cell_bool(bool yes)
{
	return (struct cell){ CELL_BOOL, "", yes };
}

/* Replaces control characters: names come from clients and could contain escape
   sequences of the terminal. */
static const char *harmless(struct pool *pool, const char *text)
{
	char *copy = pool_strdup(pool, text);

	for (char *at = copy; *at; at++)
		if (iscntrl((unsigned char)*at))
			*at = '?';
	return copy;
}

static const char *words_of(struct pool *pool, const struct cell *cell)
{
	switch (cell->type) {
	case CELL_NUMBER:
		return pool_printf(pool, "%lld", (long long)cell->number);
	case CELL_BOOL:
		return cell->number ? "yes" : "no";
	case CELL_TEXT:
	case CELL_WORDS:
		break;
	}
	return cell->text && *cell->text ? harmless(pool, cell->text) : "-";
}

static void set_value(struct json *object, struct pool *pool, const char *key,
		      const struct cell *cell)
{
	switch (cell->type) {
	case CELL_TEXT:
		json_set_text(object, key, cell->text);
		return;
	case CELL_WORDS:
		json_set(object, key, json_words(pool, cell->text));
		return;
	case CELL_NUMBER:
		json_set_int(object, key, cell->number);
		return;
	case CELL_BOOL:
		json_set_bool(object, key, cell->number);
	}
}

static struct print *print_new(const struct call *call,
			       const char *const *columns, bool single)
{
	struct pool *pool = call->work->pool;
	struct print *print = pool_alloc(pool, sizeof(*print));

	print->pool = pool;
	print->columns = columns;
	print->single = single;
	while (columns[print->count])
		print->count++;
	if (call->json && !single)
		print->json = json_array(pool);
	else if (call->json)
		print->json = json_object(pool);
	print->end = &print->rows;
	print->numeric = pool_alloc(pool, print->count);
	print->widths = pool_alloc(pool, print->count * sizeof(size_t));
	for (size_t i = 0; i < print->count; i++)
		print->widths[i] = text_length(columns[i]);
	return print;
}

struct print *print_table(const struct call *call, const char *const *columns)
{
	return print_new(call, columns, false);
}

struct print *print_named_table(const struct call *call,
				const char *const *columns)
{
	struct print *print = print_new(call, columns, false);

	print->named = true;
	return print;
}

struct print *print_record(const struct call *call, const char *const *columns)
{
	return print_new(call, columns, true);
}

static void add_object(struct print *print, const struct cell *cells)
{
	struct json *object =
		print->single ? print->json : json_object(print->pool);

	for (size_t i = 0; i < print->count; i++)
		set_value(object, print->pool, print->columns[i], &cells[i]);
	if (!print->single)
		json_push(print->json, object);
}

void print_row(struct print *print, const struct cell *cells)
{
	struct row *row;

	if (print->json) {
		add_object(print, cells);
		return;
	}
	row = pool_alloc(print->pool,
			 sizeof(*row) + print->count * sizeof(row->texts[0]));
	for (size_t i = 0; i < print->count; i++) {
		size_t width;

		row->texts[i] = words_of(print->pool, &cells[i]);
		width = text_length(row->texts[i]);
		if (width > print->widths[i])
			print->widths[i] = width;
		print->numeric[i] = cells[i].type == CELL_NUMBER;
	}
	*print->end = row;
	print->end = &row->next;
}

static void print_padding(size_t count)
{
	printf("%*s", (int)count, "");
}

static void print_line(const struct print *print, const char *const *texts,
		       bool heading)
{
	for (size_t i = 0; i < print->count; i++) {
		size_t padding = print->widths[i] - text_length(texts[i]);
		bool last = i + 1 == print->count;

		if (print->numeric[i])
			print_padding(padding);
		for (const char *at = texts[i]; *at; at++)
			putchar(!heading     ? *at
				: *at == '_' ? ' '
					     : toupper((unsigned char)*at));
		if (!last)
			print_padding(2 + (print->numeric[i] ? 0 : padding));
	}
	putchar('\n');
}

static void print_single(const struct print *print)
{
	size_t width = 0;

	for (size_t i = 0; i < print->count; i++)
		if (strlen(print->columns[i]) > width)
			width = strlen(print->columns[i]);
	for (size_t i = 0; i < print->count; i++)
		printf("%-*s  %s\n", (int)width, print->columns[i],
		       print->rows->texts[i]);
}

bool print_end(struct print *print)
{
	if (print->json) {
		puts(json_print_pretty(print->pool, print->json));
	} else if (print->single) {
		print_single(print);
	} else {
		print_line(print, print->columns, !print->named);
		for (const struct row *row = print->rows; row; row = row->next)
			print_line(print, row->texts, false);
	}
	return true;
}
