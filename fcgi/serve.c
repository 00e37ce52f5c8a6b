/* serve.c: runs a responder and the steps of a request. */
#include "config.h"

#include "fcgi/serve.h"

#include <fcgiapp.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "fcgi/admission.h"
#include "fcgi/body.h"
#include "fcgi/cors.h"
#include "fcgi/csrf.h"
#include "fcgi/dialect.h"
#include "fcgi/form.h"
#include "fcgi/gate.h"
#include "fcgi/idempotency.h"
#include "fcgi/response.h"
#include "fcgi/routes.h"
#include "fcgi/throttle.h"
#include "fcgi/upload.h"
#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/pool.h"
#include "lib/db/db.h"
#include "lib/picture/decoder_pool.h"
#include "lib/process/bucket.h"
#include "lib/process/metric.h"
#include "lib/process/prefork.h"
#include "lib/process/semaphore.h"
#include "lib/service/keyring.h"
#include "lib/service/link.h"
#include "lib/service/login.h"
#include "lib/service/password.h"
#include "lib/service/stats_record.h"
#include "lib/service/upload.h"
#include "lib/store/store.h"

/* Time limit for a web server that does not end its request. */
enum { FINISH_SECONDS = 2 };

/* CPU time that a render may use before a worker gets it, in multiples of
   sync_budget_ms. Requests render only if the estimate is at most
   sync_budget_ms. */
enum { MOST_OF_ESTIMATE = 3 };

/* A request waits this long for memory before a worker gets its render. */
enum { MEMORY_WAIT_MS = 1000 };

/* The state that lives as long as the responder. */
struct responder {
	const struct serve *serve;
	struct work base; /* copied into the work of each request */
	struct store store;
	struct link_revocations revoked;
	struct admission_slot admission;
};

struct decoder_limits serve_decoder_limits(const struct conf *conf)
{
	return (struct decoder_limits){
		.memory_bytes = (size_t)conf->decoder_memory_request << 20,
		.seconds = conf->decoder_seconds_request,
		.work_ms = MOST_OF_ESTIMATE * conf->sync_budget_ms,
	};
}

/* The default is half of the responders, so that logins never block all of
   them. */
static long login_seat_count(const struct serve *serve)
{
	const long given = serve->conf->login_responders;

	if (given)
		return given;
	return serve->responders > 1 ? serve->responders / 2 : 1;
}

/* Stores the objects that all responders share, and hides them from the
   processes that the responder forks. */
static void share(struct work *base, const struct serve *serve)
{
	bucket_table_hide(serve->buckets);
	bucket_table_hide(serve->known_clients);
	semaphore_hide(serve->semaphore);
	semaphore_hide(serve->login_seats);
	stats_record_hide();
	base->buckets = serve->buckets;
	base->known_clients = serve->known_clients;
	base->semaphore = serve->semaphore;
	base->login_seats = serve->login_seats;
	base->login_seat_count = login_seat_count(serve);
}

static bool open_responder(struct responder *responder,
			   const struct serve *serve, struct pool *pool)
{
	const struct conf *conf = serve->conf;
	const struct decoder_limits limits = serve_decoder_limits(conf);
	struct work *base = &responder->base;

	responder->serve = serve;
	*base = (struct work){ .conf = conf, .pool = pool, .id = "start" };
	if (!store_open(&responder->store, base)) {
		log_failure(base, "responder_failed");
		return false;
	}
	base->memory_wait_ms = MEMORY_WAIT_MS;
	share(base, serve);
	admission_open(&responder->admission, pool, serve->admission,
		       serve->listener);
	base->decoders = decoder_pool_new(conf, &limits, serve->decoder_server);
	base->db = db_open(conf);
	base->keys = keyring_new(conf);
	base->passwords = password_cache_new();
	return true;
}

static void close_responder(struct responder *responder)
{
	struct work *base = &responder->base;

	password_cache_free(base->passwords);
	keyring_free(base->keys);
	db_close(base->db);
	decoder_pool_free(base->decoders);
	if (responder->revoked.pool)
		pool_free(responder->revoked.pool);
}

/* If the client closes its connection, nginx closes the FastCGI connection, and
   lighttpd shuts down its sending half. */
static bool has_client_gone(void *arg)
{
	const FCGX_Request *fcgx = arg;
	struct pollfd poller = { .fd = fcgx->ipcFd, .events = POLLRDHUP };

	return poll(&poller, 1, 0) > 0;
}

static bool check_client(struct request *req)
{
	return work_check_wanted(req->work);
}

static bool check_queue(struct request *req)
{
	return admission_check_queue(req->admission, req->work);
}

static bool check_share(struct request *req)
{
	return admission_check_share(req->admission, req->work,
				     req->who ? throttle_subject(req) : NULL);
}

/* libfcgi passes on damaged parameters as if they were complete; only
   FCGX_GetError() shows the damage. */
static bool check_stream(struct request *req)
{
	int error = FCGX_GetError(req->in);

	return !error ||
	       fail(req->work, ERR_BAD_REQUEST,
		    "the FastCGI parameters of the request are damaged "
		    "(error %d)",
		    error);
}

static bool find_route(struct request *req)
{
	if (router_find(req, &req->allow, routes, routes_count))
		return router_read_query(req) && router_check_query(req);
	/* Old clients may send unknown parameters. */
	return !req->allow && dialect_find(req, &req->allow) &&
	       router_read_query(req);
}

static bool pass_gate(struct request *req)
{
	return gate_pass(req) && throttle_user(req);
}

static int64_t most_bytes(const struct request *req)
{
	return req->who ? upload_max_bytes(req->work->conf, &req->who->tier)
			: 0;
}

static bool read_body(struct request *req)
{
	const unsigned kinds = req->route->body.kinds;

	if (kinds & READS_FORM)
		return form_read(req, most_bytes(req));
	if (kinds & READS_JSON &&
	    !(kinds & READS_UPLOAD && !body_is(req, "application/json")))
		return body_read_json(req);
	if (kinds & READS_UPLOAD)
		return upload_body_read(req, most_bytes(req));
	return true;
}

/* The steps before the handler, in order. The first that fails ends the
   request. */
static bool (*const steps[])(struct request *req) = {
	check_stream, check_client,          find_route,
	check_queue,  throttle_address,      pass_gate,
	check_share,  idempotency_key_open,  read_body,
	csrf_check,   idempotency_key_begin,
};

static bool run(struct request *req, struct response *res)
{
	for (size_t i = 0; i < ARRAY_LEN(steps); i++)
		if (!steps[i](req))
			return false;
	if (!csrf_was_checked(req))
		abort();
	return req->route->run(req, res);
}

static void answer(struct request *req, struct response *res, char **envp)
{
	if (!(request_read(req, req->work, envp) && run(req, res)) &&
	    !idempotency_key_answer(res, req) && !cors_preflight(res, req)) {
		if (err_http_status(req->work->err) >= 500)
			log_failure(req->work, "request_failed");
		response_problem(res, req);
	}
	if (req->allow)
		response_header(res, req->work->pool, "Allow", req->allow);
	idempotency_key_end(res, req);
	cors_headers(res, req);
	throttle_headers(res, req);
	response_secure(res, req->work->pool);
	response_header(res, req->work->pool, "X-Request-Id", req->id);
}

static void write_response(FCGX_Request *fcgx, const struct request *req,
			   const struct response *res)
{
	FCGX_FPrintF(fcgx->out, "Status: %d %s\r\n", res->status,
		     response_reason(res->status));
	for (size_t i = 0; i < res->header_count; i++)
		FCGX_FPrintF(fcgx->out, "%s: %s\r\n", res->headers[i].name,
			     res->headers[i].value);
	if (res->body)
		FCGX_FPrintF(fcgx->out, "Content-Length: %ld\r\n",
			     (long)res->body_len);
	FCGX_PutS("\r\n", fcgx->out);
	if (res->body && !req->is_head)
		FCGX_PutStr(res->body, (int)res->body_len, fcgx->out);
}

static const char *code_of(const struct request *req,
			   const struct response *res)
{
	if (res->status < 400)
		return NULL;
	return res->is_replayed ? "replayed" : err_code(req->work->err);
}

/* Metrics and logs have the path of the route, not the client's path, to limit
   the number of labels. */
static void log_request(const struct request *req, const struct response *res,
			int64_t began_us)
{
	const char *route = req->route ? req->route->path : "none";
	int64_t us = clock_now_us() - began_us;

	metric_add(METRIC_REQUESTS,
		   pool_printf(req->work->pool, "%s %s|%d",
			       req->method == METHOD_OTHER ? "OTHER"
							   : req->method_text,
			       route, res->status),
		   1);
	metric_observe_us(METRIC_REQUEST_SECONDS, us);
	if (res->status == err_http_status(ERR_CLIENT_GONE))
		metric_add(METRIC_DROPPED, "client_gone", 1);
	LOG_EVENT(LOG_LEVEL_INFO, "request", log_text("id", req->id),
		  log_text("method", req->method_text),
		  log_text("route", route), log_number("status", res->status),
		  log_text("code", code_of(req, res)),
		  log_text("user", req->who && req->who->user.username
					   ? req->who->user.username
					   : NULL),
		  log_text("addr", req->remote_addr), log_number("us", us));
}

static void set_timeouts(int fd, long seconds)
{
	const struct timeval limit = { .tv_sec = seconds };

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
}

/* libfcgi treats an interrupting signal as the end of its input or output, so
   SIGTERM is blocked during a request. */
static void hold_stop(bool hold)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigprocmask(hold ? SIG_BLOCK : SIG_UNBLOCK, &set, NULL);
}

/* libfcgi would wait forever for a request that stops half-way. So this
   function accepts the connection and sets its time-outs before libfcgi reads
   from it. The listener of libfcgi is -1, because libfcgi accepts the next
   connection itself after a damaged request. */
static bool accept_request(FCGX_Request *fcgx, const struct serve *serve)
{
	int fd;

	hold_stop(false);
	fd = accept4(serve->listener, NULL, NULL, SOCK_CLOEXEC);
	hold_stop(true);
	if (fd < 0)
		return false;
	set_timeouts(fd, serve->conf->request_timeout);
	fcgx->ipcFd = fd;
	fcgx->keepConnection = true; /* else FCGX_Accept_r() closes it */
	if (FCGX_Accept_r(fcgx) < 0)
		return false;
	fcgx->keepConnection = false; /* else it would occupy this responder */
	return true;
}

/* After FCGX_Detach(), FCGX_Finish_r() does not wait two seconds for the web
   server to close the connection. */
static void finish(FCGX_Request *fcgx, struct request *req)
{
	set_timeouts(fcgx->ipcFd, FINISH_SECONDS);
	if (body_is_done(req))
		FCGX_Detach(fcgx);
	FCGX_Finish_r(fcgx);
}

static void serve_one(struct responder *responder, FCGX_Request *fcgx)
{
	struct work work = work_begin(&responder->base, responder->base.id);
	struct request req = { .work = &work,
			       .admission = &responder->admission,
			       .revoked = &responder->revoked,
			       .in = fcgx->in };
	struct response res = { 0 };
	int64_t began_us = clock_now_us();

	work.is_abandoned = has_client_gone;
	work.is_abandoned_arg = fcgx;
	answer(&req, &res, fcgx->envp);
	write_response(fcgx, &req, &res);
	finish(fcgx, &req);
	admission_end(&responder->admission, clock_now_us() - began_us);
	log_request(&req, &res, began_us);
	work_end(&work);
}

/* accept4() returns after a part of stats_interval without a request, so that
   idle responders record their counts, too. */
static void limit_accept(const struct serve *serve)
{
	enum { PARTS = 3, MICROSECONDS = 1000000 };
	const long part_us = serve->conf->stats_interval * MICROSECONDS / PARTS;
	const struct timeval limit = { .tv_sec = part_us / MICROSECONDS,
				       .tv_usec = part_us % MICROSECONDS };

	setsockopt(serve->listener, SOL_SOCKET, SO_RCVTIMEO, &limit,
		   sizeof(limit));
}

int serve_run(void *arg, long slot)
{
	const struct serve *serve = arg;
	struct pool *pool = pool_new();
	struct responder responder = { .admission = { .slot = slot,
						      .group = serve->group } };
	FCGX_Request fcgx;

	if (!open_responder(&responder, serve, pool) || FCGX_Init() ||
	    FCGX_InitRequest(&fcgx, -1, 0))
		return EXIT_FAILURE;
	limit_accept(serve);
	while (!prefork_stopping()) {
		if (accept_request(&fcgx, serve))
			serve_one(&responder, &fcgx);
		stats_record(&responder.base, true);
	}
	close_responder(&responder);
	pool_free(pool);
	return EXIT_SUCCESS;
}
