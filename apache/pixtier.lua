-- The parts of the site for Apache httpd that its own settings cannot do.

-- Ends a body whose length was not known when it is too large.
function limit_body(r)
	local bytes, most = 0, tonumber(r.subprocess_env["PIXTIER_MAX_BODY"])
	coroutine.yield()
	while bucket do
		bytes = bytes + #bucket
		if bytes > most then
			r.subprocess_env["PIXTIER_STATUS"] = "413"
			error("the body is too large")
		end
		coroutine.yield(bucket)
	end
end

-- Apache's own errors get the form of the application's: RFC 9457 problem details.
local problems = {
	[403] = { "forbidden", "Not allowed" },
	[404] = { "not_found", "Not found" },
	[405] = { "method_not_allowed", "The method is not allowed here" },
	[408] = { "timeout", "The request took too long" },
	[413] = { "too_large", "The content is too large" },
	[414] = { "uri_too_long", "The address is too long" },
	[416] = { "range_not_satisfiable", "The range is outside the file" },
	[429] = { "rate_limited", "Too many requests" },
	[431] = { "too_large", "The header is too large" },
	[501] = { "bad_request", "The method is not supported" },
	[503] = { "unavailable", "Temporarily unavailable" },
}

-- These mean that the application restarts or that all responders are busy, which
-- usually lasts for seconds only.
local temporary = { [500] = true, [502] = true, [504] = true }

-- Prepares the response headers of an error, and returns its text.
local function problem_of(r, status)
	local problem = problems[status] or
		{ "bad_request", "The request is malformed" }
	local code, title = problem[1], problem[2]
	local id = r.headers_in["X-Request-Id"]

	r.status = status
	r.content_type = "application/problem+json"
	r.err_headers_out["Cache-Control"] = "no-store"
	r.err_headers_out["X-Content-Type-Options"] = "nosniff"
	r.err_headers_out["X-Request-Id"] = id
	if status == 503 or status == 429 then
		r.err_headers_out["Retry-After"] = "1"
	end
	return ('{"type":"%s/problems/%s","title":"%s","status":%d,"code":"%s",' ..
		'"detail":"%s","request_id":"%s","errors":[]}\n'):format(
		r.subprocess_env["PIXTIER_PATH"] or "", code, title, status, code,
		title, id)
end

-- Answers for ErrorDocument.
function answer(r)
	if not r.subprocess_env["REDIRECT_STATUS"] then
		return apache2.DECLINED -- a client has asked for this path
	end
	local status = tonumber(r.subprocess_env["REDIRECT_PIXTIER_STATUS"] or
		r.subprocess_env["REDIRECT_STATUS"])

	r:write(problem_of(r, temporary[status] and 503 or status))
	return apache2.OK
end
