-- Gives lighttpd's own errors the form of the application's: RFC 9457 problem
-- details. The two differ in the media type: lighttpd's errors are text/html,
-- those of the application never are.

local problems = {
	[403] = { "forbidden", "Not allowed" },
	[404] = { "not_found", "Not found" },
	[405] = { "method_not_allowed", "The method is not allowed here" },
	[408] = { "timeout", "The request took too long" },
	[411] = { "bad_request", "A Content-Length is required; for an empty body send Content-Length: 0" },
	[413] = { "too_large", "The content is too large" },
	[414] = { "uri_too_long", "The address is too long" },
	[416] = { "range_not_satisfiable", "The range is outside the file" },
	[429] = { "rate_limited", "Too many requests" },
	[431] = { "too_large", "The header is too large" },
	[501] = { "bad_request", "The method is not supported" },
	[503] = { "unavailable", "Temporarily unavailable" },
}

local function request_id(given)
	if given and given:match("^[%w_-]+$") and #given >= 8 and #given <= 64 then
		return given
	end
	return ("%08x%08x%08x%08x"):format(
		math.random(0, 0xffffffff), math.random(0, 0xffffffff),
		math.random(0, 0xffffffff), math.random(0, 0xffffffff))
end

local r = lighty.r
local status = r.req_item.http_status

if status < 400 or r.resp_header["Content-Type"] ~= "text/html" then
	return 0
end

-- These mean that the application restarts or that all responders are busy, which
-- usually lasts for seconds only.
if status == 500 or status == 502 or status == 504 then
	status = 503
end

local problem = problems[status] or
	{ "bad_request", "The request is malformed" }
local code, title = problem[1], problem[2]
local id = r.resp_header["X-Request-Id"] or
	request_id(r.req_header["X-Request-Id"])

r.resp_header["Content-Type"] = "application/problem+json"
r.resp_header["Cache-Control"] = "no-store"
r.resp_header["X-Content-Type-Options"] = "nosniff"
r.resp_header["X-Request-Id"] = id
if status == 503 or status == 429 then
	r.resp_header["Retry-After"] = "1"
end

-- The path of base_url, of which server.name is the host and the path.
local base = (r.req_attr["request.server-name"] or ""):match("/.*") or ""
local body = ('{"type":"%s/problems/%s","title":"%s","status":%d,"code":"%s",' ..
	'"detail":"%s","request_id":"%s","errors":[]}\n'):format(
	base, code, title, status, code, title, id)

r.resp_body.set({ body })
return status
