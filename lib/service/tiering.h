#ifndef LIB_SERVICE_TIERING_H
#define LIB_SERVICE_TIERING_H

#include <stddef.h>

#include "lib/base/work.h"
#include "lib/model/tier.h"

/* The fields of a tier as administrators read and write them. The table is in
   tiering.c; the names are those of struct tier. */
enum tiering_type {
	TIERING_FLAG,   /* "yes" or "no"; also "true" or "false" */
	TIERING_NUMBER, /* decimal */
	TIERING_LIMIT,  /* decimal, or "none" */
	TIERING_WORDS,  /* separated by commas or spaces; "none": no word */
	TIERING_CHOICE,
};

struct tiering_field {
	const char *name;
	enum tiering_type type;
	const char *meaning;
};

/* Returns the i-th field, or NULL after the last. */
const struct tiering_field *tiering_field(size_t i);

/* Sets one field from its text. ERR_UNKNOWN_FIELD, or ERR_INVALID_FIELD with
   the expected and the actual value. */
bool tiering_set(struct tier *tier, struct work *work, const char *name,
		 const char *text) MUST_CHECK;

/* Returns the field's text in the form that tiering_set() reads; words are
   separated by spaces. */
const char *tiering_text(struct pool *pool, const struct tier *tier,
			 const char *name);

/* Sets the fields in the object, including "name". Flags are true or false,
   words an array, no limit null. Checks the whole tier. ERR_UNKNOWN_FIELD,
   ERR_INVALID_FIELD. */
struct json;
bool tiering_read_json(struct tier *tier, struct work *work,
		       const struct json *json) MUST_CHECK;

/* Returns the tier as JSON: its id, its name and all fields. */
struct json *tiering_json(struct pool *pool, const struct tier *tier);

/* Checks the name and the fields together. ERR_INVALID_FIELD. */
bool tiering_check(const struct tier *tier, struct work *work) MUST_CHECK;

#endif
