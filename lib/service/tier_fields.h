#ifndef LIB_SERVICE_TIER_FIELDS_H
#define LIB_SERVICE_TIER_FIELDS_H

#include <stddef.h>

#include "lib/base/work.h"
#include "lib/model/tier.h"

/* The fields of a tier as administrators read and write them. The table is in
   tier_fields.c; the names are those of struct tier. */
enum tier_field_type {
	TIER_FIELD_FLAG,   /* "yes" or "no"; also "true" or "false" */
	TIER_FIELD_NUMBER, /* decimal */
	TIER_FIELD_LIMIT,  /* decimal, or "none" */
	TIER_FIELD_WORDS,  /* separated by commas or spaces; "none": no word */
	TIER_FIELD_CHOICE,
};

enum { TIER_FIELD_COUNT = 22 };

struct tier_field {
	const char *name;
	enum tier_field_type type;
	const char *meaning;
};

/* Returns the i-th field, or NULL after the last. */
const struct tier_field *tier_field_at(size_t i);

/* Sets one field from its text. ERR_UNKNOWN_FIELD, or ERR_INVALID_FIELD with
   the expected and the actual value. */
bool tier_field_set(struct tier *tier, struct work *work, const char *name,
		    const char *text) MUST_CHECK;

/* Returns the field's text in the form that tier_field_set() reads; words are
   separated by spaces. */
const char *tier_field_text(struct pool *pool, const struct tier *tier,
			    const char *name);

/* Sets the fields in the object, including "name". Flags are true or false,
   words an array, no limit null. Checks the whole tier. ERR_UNKNOWN_FIELD,
   ERR_INVALID_FIELD. */
struct json;
bool tier_fields_read_json(struct tier *tier, struct work *work,
			   const struct json *json) MUST_CHECK;

/* Returns the tier as JSON: its id, its name and all fields. */
struct json *tier_fields_json(struct pool *pool, const struct tier *tier);

/* Checks the name and the fields together. ERR_INVALID_FIELD. */
bool tier_fields_check(const struct tier *tier, struct work *work) MUST_CHECK;

#endif
