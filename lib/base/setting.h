#ifndef LIB_BASE_SETTING_H
#define LIB_BASE_SETTING_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/base/work.h"

struct conf;
struct pool;

enum setting_type {
	SETTING_TEXT,
	SETTING_SECRET,
	SETTING_NUMBER,
	SETTING_SECONDS,
	SETTING_SECONDS_LIST,
	SETTING_OCTAL,
	SETTING_CHOICE,
	SETTING_WORDS,
	SETTING_BLOCKS,
	SETTING_PORTS,
	SETTING_BASE_URL,
	SETTING_HOSTS
};

/* A row of the table in conf.c. */
struct setting {
	const char *name;
	enum setting_type type;
	size_t offset; /* of the field in struct conf */
	const char *fallback;
	long min, max;
	const char *choices; /* words; for a choice, in the order of its enum */
	const char *meaning;
	/* The new name of one whose own is accepted with a warning; or NULL. */
	const char *instead;
};

/*
 * Checks the value and sets the field of conf, which keeps the pointer of a
 * text. `where` is the file and line, or the variable. Fails with
 * ERR_INVALID_FIELD; the text has `where`, the setting, what was expected and
 * what came.
 */
bool setting_set(const struct setting *setting, struct conf *conf,
		 struct work *work, const char *value,
		 const char *where) MUST_CHECK;

/* Logs that the name is an old one, if it is. */
void setting_warn(const struct setting *setting, const char *where);

/* Describes the allowed values, such as "number, 1 to 512". */
const char *setting_type_text(const struct setting *setting, struct pool *pool);

/* Returns the value in conf; a secret as "***". */
const char *setting_value_text(const struct setting *setting, struct pool *pool,
			       const struct conf *conf);

#endif
