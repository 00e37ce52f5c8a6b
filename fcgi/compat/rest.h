#ifndef FCGI_COMPAT_REST_H
#define FCGI_COMPAT_REST_H

#include <stddef.h>
#include <stdint.h>

#include "fcgi/form.h"
#include "fcgi/response.h"
#include "lib/base/uuid.h"

/*
 * What the services that were written with Django REST framework have in
 * common: fields are checked all together, and failures are told as
 * {"field":["text"],...} or {"detail":"text"}.
 */

/* Notes what is wrong with a field; of one field the first text counts. */
void rest_wrong(struct request *req, const char *field, const char *text);

/* False, with ERR_INVALID_FIELD, when something was wrong. */
bool rest_is_right(struct request *req) MUST_CHECK;

/* Notes that the field is no file. */
void rest_not_a_file(struct request *req, const char *field);

/* The field's text, not empty; NULL when it is wrong, which is noted. */
const char *rest_text(struct request *req, const char *field);

/* The same without blanks around it, of at most `max` characters, none of them
   a control character. */
const char *rest_line(struct request *req, const char *field, size_t max);

/* A whole number; false when it is wrong, which is noted. */
bool rest_int(int64_t *number, struct request *req, const char *field);

/* A UUID, with its hyphens or without. */
bool rest_uuid(struct uuid *uuid, struct request *req, const char *field);

/* Whether none came of the credentials that the route takes. */
bool rest_is_stranger(const struct request *req);

/* The status that such a service gives for the failure in the request's work,
   and its body. WWW-Authenticate is the caller's. */
int rest_status(const struct request *req);
void rest_problem(struct response *res, struct request *req, int status);

#endif
