/* idempotency.c: answers a repeated request with the first answer. */
#include "config.h"

#include "fcgi/idempotency.h"

#include <stdlib.h>
#include <string.h>

#include "fcgi/throttle.h"
#include "lib/base/buf.h"
#include "lib/base/crypt.h"
#include "lib/base/log.h"
#include "lib/base/pool.h"
#include "lib/base/text.h"
#include "lib/service/idempotency.h"
#include "lib/service/login.h"
#include "lib/store/store.h"

enum { KEY_MAX = 255 };

struct idempotency_key {
	struct crypt_sha256 *sum;
	struct idempotency one;
	bool begun, answered;
};

static void feed(const struct request *req, const void *bytes, size_t len)
{
	crypt_sha256_add(req->idempotency->sum, bytes, len);
}

/* The length makes the encoding of a list of texts unambiguous. */
static void feed_text(const struct request *req, const char *text)
{
	uint64_t len = strlen(text);

	feed(req, &len, sizeof(len));
	feed(req, text, len);
}

/* Hashes JSON and URL-encoded forms as sent. Hashes the fields and the file of
   other bodies: a multipart form has another boundary each time. */
static void feed_body(const struct request *req)
{
	const struct request_body *body = &req->body;

	if (body->text) {
		feed(req, body->text, body->text_len);
		return;
	}
	for (size_t i = 0; i < body->field_count; i++) {
		feed_text(req, body->fields[i].name);
		feed_text(req, body->fields[i].value);
	}
	if (body->filename)
		feed_text(req, body->filename);
	if (body->file)
		feed(req, body->file->sha256, sizeof(body->file->sha256));
}

static bool check_key(struct work *work, const char *key)
{
	size_t len = strlen(key);

	return (len <= KEY_MAX && text_is_printable(key)) ||
	       fail_field(work, "Idempotency-Key",
			  "Idempotency-Key: 1 to %d bytes without control "
			  "characters, not %zu",
			  KEY_MAX, len);
}

/* All clients without authentication have the same user, but separate keys. */
static void digest_key(struct idempotency_key *state, const struct request *req)
{
	const char *text =
		pool_printf(req->work->pool, "%s\n%s", throttle_subject(req),
			    req->idempotency_key);

	crypt_sha256(state->one.key, text, strlen(text));
}

bool idempotency_key_open(struct request *req)
{
	const char *key = req->idempotency_key;
	struct idempotency_key *state;

	if (!*key || req->method != METHOD_POST || !req->who)
		return true;
	if (!check_key(req->work, key))
		return false;
	state = pool_alloc(req->work->pool, sizeof(*state));
	state->sum = crypt_sha256_new(req->work->pool);
	state->one.user_id = req->who->user.id;
	digest_key(state, req);
	req->idempotency = state;
	feed_text(req, req->uri.path);
	for (size_t i = 0; i < req->uri.query_count; i++) {
		feed_text(req, req->uri.query[i].name);
		feed_text(req, req->uri.query[i].value);
	}
	feed_text(req, pool_strndup(req->work->pool, req->content_type,
				    strcspn(req->content_type, "; \t")));
	return true;
}

bool idempotency_key_begin(struct request *req)
{
	struct idempotency_key *state = req->idempotency;

	if (!state)
		return true;
	feed_body(req);
	crypt_sha256_end(state->sum, state->one.body);
	if (!idempotency_begin(&state->one, req->work))
		return false;
	state->answered = state->one.status != 0;
	state->begun = !state->answered;
	return state->begun;
}

/* Parses lines "Name: value\n", as idempotency_key_end() stores them. */
static void add_headers(struct response *res, struct pool *pool,
			const char *text)
{
	while (*text) {
		size_t name = strcspn(text, ":");
		size_t line = strcspn(text, "\n");

		response_header(
			res, pool, pool_strndup(pool, text, name),
			pool_strndup(pool, text + name + 2, line - name - 2));
		text += line + 1;
	}
}

bool idempotency_key_answer(struct response *res, struct request *req)
{
	const struct idempotency_key *state = req->idempotency;

	if (!state || !state->answered)
		return false;
	*res = (struct response){ .status = (int)state->one.status,
				  .body = state->one.text,
				  .body_len = state->one.text
						      ? strlen(state->one.text)
						      : 0,
				  .is_replayed = true };
	add_headers(res, req->work->pool, state->one.headers);
	response_header(res, req->work->pool, "Idempotency-Replayed", "true");
	return true;
}

static bool print_headers(struct buf *buf, const struct response *res)
{
	for (size_t i = 0; i < res->header_count; i++)
		if (!buf_printf(buf, "%s: %s\n", res->headers[i].name,
				res->headers[i].value))
			return false;
	return true;
}

static bool may_be_kept(const struct response *res)
{
	return res->status < 499 && res->status != 429 &&
	       (!res->body || (res->body_len <= IDEMPOTENCY_MAX_BODY &&
			       !memchr(res->body, '\0', res->body_len)));
}

static bool keep(struct idempotency_key *state, const struct request *req,
		 const struct response *res)
{
	struct buf *headers = buf_new(req->work->pool, IDEMPOTENCY_MAX_HEADERS);

	if (!may_be_kept(res) || !print_headers(headers, res))
		return false;
	state->one.status = res->status;
	state->one.headers = headers->data;
	state->one.text = res->body;
	return true;
}

/* Stores an ERR_CONFLICT instead of an answer that must not or cannot be stored
   although the request succeeded. */
static void keep_conflict(struct idempotency_key *state,
			  const struct request *req, const char *why)
{
	struct work work = *req->work;
	struct request aside = *req;
	struct response problem = { 0 };

	aside.work = &work;
	fail(&work, ERR_CONFLICT, "the first request succeeded; %s", why);
	response_problem(&problem, &aside);
	if (!keep(state, req, &problem))
		abort();
}

static void keep_success(struct idempotency_key *state,
			 const struct request *req, const struct response *res)
{
	if (res->has_secret)
		keep_conflict(state, req,
			      "its answer cannot be repeated, because it had "
			      "a secret that is shown only once");
	else if (!keep(state, req, res))
		keep_conflict(state, req,
			      "its answer cannot be repeated, because it was "
			      "too long to store");
}

void idempotency_key_end(struct response *res, struct request *req)
{
	struct idempotency_key *state = req->idempotency;

	if (!state || !state->begun)
		return;
	if (res->status >= 400) {
		(void)!keep(state, req, res);
		idempotency_rollback(req->work, &state->one);
		return;
	}
	keep_success(state, req, res);
	if (idempotency_commit(req->work, &state->one))
		return;
	if (err_http_status(req->work->err) >= 500)
		log_failure(req->work, "request_failed");
	response_problem(res, req);
}
