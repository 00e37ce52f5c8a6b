#ifndef ADMIN_PRINT_H
#define ADMIN_PRINT_H

#include <stdbool.h>
#include <stdint.h>

struct call;

/* One value: an aligned word for people, a JSON value for programs. */
struct cell {
	enum { CELL_TEXT, CELL_WORDS, CELL_NUMBER, CELL_BOOL } type;
	const char *text; /* NULL: none */
	int64_t number;
};

struct cell cell_text(const char *text);
struct cell cell_words(const char *words); /* a JSON array */
struct cell cell_number(int64_t number);
struct cell cell_bool(bool yes);

/*
 * A table: with --json an array of objects, else columns under their names. Or
 * a record, which has one row: an object, else a line a value. `columns` ends
 * in NULL; a row has as many cells, or more, which are left out. The table
 * appears with print_end().
 */
struct print;
struct print *print_table(const struct call *call, const char *const *columns);
struct print *print_record(const struct call *call, const char *const *columns);
void print_row(struct print *print, const struct cell *cells);
void print_end(struct print *print);

#endif
