#ifndef FCGI_COMPAT_DRF_H
#define FCGI_COMPAT_DRF_H

#include <stddef.h>
#include <stdint.h>

#include "fcgi/form.h"
#include "fcgi/page.h"
#include "fcgi/response.h"
#include "lib/base/uuid.h"

struct image;

/*
 * Shared by the dialects of services that used Django REST framework: all
 * fields are checked before the answer, and errors are {"field":["text"],...}
 * or {"detail":"text"}.
 */

/* Adds an error of a field. Only the first error of each field counts. */
void drf_wrong(struct request *req, const char *field, const char *text);

/* Fails with ERR_INVALID_FIELD if a field has an error. */
bool drf_is_right(struct request *req) MUST_CHECK;

/* Adds an error of the field unless the body has a file with bytes. */
void drf_check_file(struct request *req, const char *field);

/* After an upload that failed because of its picture, fails with an error of
   the field instead. Always returns false. */
bool drf_refuse_picture(struct request *req, const char *field);

/* Returns the field's text, which is not empty. On failure adds an error of the
   field and returns NULL. */
const char *drf_text(struct request *req, const char *field);

/* Like drf_text(), with surrounding blanks removed, at most `max` characters
   and no control characters. */
const char *drf_line(struct request *req, const char *field, size_t max);

/* Reads an integer. On failure adds an error of the field and returns false. */
bool drf_int(int64_t *number, struct request *req, const char *field);

/* Reads a UUID with or without hyphens. Fails like drf_int(). */
bool drf_uuid(struct uuid *uuid, struct request *req, const char *field);

/* Lists the user's images, newest first. The clients do not know pages: a page
   has many images, and the header Link leads to the rest. */
bool drf_list_images(struct image **images, size_t *count, struct page *page,
		     struct request *req) MUST_CHECK;

/* True if the request failed because it has none of the credentials that the
   route accepts. */
bool drf_has_no_credentials(const struct request *req);

/* The HTTP status and the body of the error of the request's work. The caller
   sets WWW-Authenticate. */
int drf_status(const struct request *req);
void drf_problem(struct response *res, struct request *req, int status);

#endif
