/* health.c: liveness, readiness and metrics for monitors. */
#include "config.h"

#include "fcgi/response.h"
#include "fcgi/routes.h"
#include "lib/base/buf.h"
#include "lib/base/json.h"
#include "lib/base/pool.h"
#include "lib/process/metric.h"
#include "lib/service/monitor.h"
#include "lib/service/readiness.h"

enum { MAX_METRICS = 1 << 20 };

bool health_alive(struct request *req, struct response *res)
{
	struct json *json = json_object(req->work->pool);

	json_set_text(json, "status", "alive");
	return response_json(res, req, 200, json);
}

bool health_ready(struct request *req, struct response *res)
{
	struct json *json = json_object(req->work->pool);
	const char *warning;

	if (!readiness_check(&warning, req->work))
		return false;
	json_set_text(json, "status", "ready");
	if (warning)
		json_set_text(json, "warning", warning);
	return response_json(res, req, 200, json);
}

bool health_metrics(struct request *req, struct response *res)
{
	struct pool *pool = req->work->pool;
	struct buf *text = buf_new(pool, MAX_METRICS);

	monitor_refresh(req->work);
	if (!metric_print(text))
		return fail(req->work, ERR_INTERNAL,
			    "the metrics need more than %d bytes", MAX_METRICS);
	res->status = 200;
	response_header(res, pool, "Content-Type",
			"text/plain; version=0.0.4; charset=utf-8");
	response_header(res, pool, "Cache-Control", "no-store");
	res->body = text->data;
	res->body_len = text->len;
	return true;
}
