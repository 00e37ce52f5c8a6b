#ifndef ADMIN_PRINT_H
#define ADMIN_PRINT_H

#include <stdbool.h>
#include <stdint.h>

struct call;

/* One value: an aligned word, or a JSON value with --json. */
struct cell {
	enum { CELL_TEXT, CELL_WORDS, CELL_NUMBER, CELL_BOOL } type;
	const char *text; /* NULL: "-", or null with --json */
	int64_t number;
};

struct cell cell_text(const char *text);
struct cell cell_words(const char *words); /* an array with --json */
struct cell cell_number(int64_t number);
struct cell cell_bool(bool yes);

/*
 * A table: with --json an array of objects, else columns with headings, in
 * capitals except in a named table, whose columns have names of users' choice.
 * A record has exactly one row: with --json an object, else one line for each
 * value. `columns` ends in NULL. A row has a cell for each column; more cells
 * are ignored. print_end() prints everything; it always returns true.
 */
struct print;
struct print *print_table(const struct call *call, const char *const *columns);
struct print *print_named_table(const struct call *call,
				const char *const *columns);
struct print *print_record(const struct call *call, const char *const *columns);
void print_row(struct print *print, const struct cell *cells);
bool print_end(struct print *print);

#define PRINT_ROW(print, ...)                                                  \
	print_row((print), (const struct cell[]){ __VA_ARGS__ })

#endif
