#ifndef LIB_SERVICE_TIERING_H
#define LIB_SERVICE_TIERING_H

#include <stddef.h>

#include "lib/base/work.h"
#include "lib/model/tier.h"

/* The fields of a tier as administrators name and write them. The table is in
   tiering.c; the names are those of struct tier. */
enum tiering_type {
	TIERING_FLAG,   /* "yes" or "no"; also "true" or "false" */
	TIERING_NUMBER, /* decimal */
	TIERING_LIMIT,  /* decimal, or "none" */
	TIERING_WORDS,  /* commas or spaces between; "none": no word */
	TIERING_CHOICE,
};

struct tiering_field {
	const char *name;
	enum tiering_type type;
	const char *meaning;
};

/* The i-th field, or NULL after the last. */
const struct tiering_field *tiering_field(size_t i);

/* Sets one field from its text. ERR_UNKNOWN_FIELD, or ERR_INVALID_FIELD saying
   what was expected and what came. */
bool tiering_set(struct tier *tier, struct work *work, const char *name,
		 const char *text) MUST_CHECK;

/* The field's text, as tiering_set() reads it; words with spaces between. */
const char *tiering_text(struct pool *pool, const struct tier *tier,
			 const char *name);

/* Changes what the object names, "name" too: flags are true or false, words an
   array, no limit null. Checks the whole; ERR_UNKNOWN_FIELD,
   ERR_INVALID_FIELD. */
struct json;
bool tiering_read_json(struct tier *tier, struct work *work,
		       const struct json *json) MUST_CHECK;

/* The tier as JSON: its id, its name and all fields. */
struct json *tiering_json(struct pool *pool, const struct tier *tier);

/* What the fields must be together, and the name: ERR_INVALID_FIELD. */
bool tiering_check(const struct tier *tier, struct work *work) MUST_CHECK;

#endif
