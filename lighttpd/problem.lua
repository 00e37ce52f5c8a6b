-- Gives lighttpd's own errors the form of the application's: RFC 9457 problem
-- details. The two differ in the media type: lighttpd's errors are text/html,
-- those of the application never are.

local problems = {
	[403] = { "forbidden", "Not allowed" },
	[404] = { "not_found", "No such thing" },
	[405] = { "method_not_allowed", "The method is not allowed here" },
	[408] = { "timeout", "The request took too long" },
	[411] = { "bad_request", "A body's length is needed, Content-Length: 0 too" },
	[412] = { "precondition_failed", "A condition of the request does not hold" },
	[413] = { "too_large", "Larger than this service takes" },
	[414] = { "uri_too_long", "The address is too long" },
	[416] = { "range_not_satisfiable", "The file has no such part" },
	[429] = { "rate_limited", "Too many requests" },
	[431] = { "too_large", "The header is larger than this service takes" },
	[501] = { "bad_request", "The method is not known here" },
	[503] = { "unavailable", "Not available for the moment" },
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

-- Strong comparison (RFC 9110 section 8.8.3.2): a weak tag never matches.
local function names(tags, etag)
	for weak, tag in tags:gmatch('(W?/?)("[^"]*")') do
		if weak == "" and tag == etag then
			return true
		end
	end
	return tags:match("^%s*%*%s*$") ~= nil
end

local months = { Jan = 1, Feb = 2, Mar = 3, Apr = 4, May = 5, Jun = 6,
	Jul = 7, Aug = 8, Sep = 9, Oct = 10, Nov = 11, Dec = 12 }

-- The date as text that sorts by time, or nil if it is malformed.
local function sortable(date)
	local day, month, year, time = date:match(
		"^%a%a%a, (%d%d) (%a%a%a) (%d%d%d%d) (%d%d:%d%d:%d%d) GMT$")
	return months[month] and
		("%s%02d%s%s"):format(year, months[month], day, time)
end

-- Whether If-Match or If-Unmodified-Since asks for another version of the file
-- (RFC 9110 section 13.2.2). lighttpd evaluates neither of them.
local function is_other_version()
	local method = r.req_attr["request.method"]
	local etag = r.resp_header["ETag"]
	if not etag or (method ~= "GET" and method ~= "HEAD") then
		return false
	end
	local match = r.req_header["If-Match"]
	if match then
		return not names(match, etag)
	end
	local since = sortable(r.req_header["If-Unmodified-Since"] or "")
	local modified = sortable(r.resp_header["Last-Modified"] or "")
	return since and modified and modified > since
end

-- Whether If-Range is missing or names the current version of the file.
local function is_current()
	local known = r.req_header["If-Range"]
	return not known or known == r.resp_header["ETag"] or
		known == r.resp_header["Last-Modified"]
end

-- Whether Range asks only for bytes beyond the end. lighttpd checks this too, but
-- only after this script, which then cannot write the problem.
local function is_beyond(length)
	local asked = (r.req_header["Range"] or ""):lower():match("^bytes=(.+)$")
	if not asked or r.req_attr["request.method"] ~= "GET" or
	   r.resp_header["Accept-Ranges"] == "none" or
	   length == 0 or not is_current() then
		return false
	end
	for part in asked:gmatch("[^,]+") do
		local first = part:match("^%s*(%d+)%s*%-")
		if not first and not part:match("^%s*%-0+%s*$") or
		   first and tonumber(first) < length then
			return false
		end
	end
	return true
end

local function drop_file_headers()
	for _, name in ipairs({ "Content-Disposition", "ETag", "Last-Modified" }) do
		r.resp_header[name] = nil
	end
end

if (status == 200 or status == 304) and is_other_version() then
	status = 412
	drop_file_headers()
elseif status == 200 and is_beyond(r.resp_body.len) then
	status = 416
	r.resp_header["Content-Range"] = "bytes */" .. r.resp_body.len
	drop_file_headers()
elseif status < 400 or r.resp_header["Content-Type"] ~= "text/html" then
	return 0
end

-- These mean that the application restarts or that all responders are busy, which
-- usually lasts for seconds only.
if status == 500 or status == 502 or status == 504 then
	status = 503
end

local problem = problems[status] or
	{ "bad_request", "The request cannot be understood" }
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

local body = ('{"type":"/problems/%s","title":"%s","status":%d,"code":"%s",' ..
	'"detail":"%s","request_id":"%s","errors":[]}\n'):format(
	code, title, status, code, title, id)

r.resp_body.set({ body })
return status
