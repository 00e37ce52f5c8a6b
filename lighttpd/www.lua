-- Answers a request for a page with its file of www/. Other methods than GET and
-- HEAD get 501: lighttpd would answer POST with the file.

local r = lighty.r
local path = r.req_attr["uri.path"]:gsub("/+", "/")
-- The path of base_url, of which server.name is the host and the path.
local base = (r.req_attr["request.server-name"] or ""):match("/.*") or ""
local pages = { ["/"] = "/index.html", ["/admin/"] = "/admin.html" }
local types = { css = "text/css", html = "text/html; charset=utf-8",
	js = "text/javascript", json = "application/json", svg = "image/svg+xml" }

local function request_id(given)
	if given and given:match("^[%w_-]+$") and #given >= 8 and #given <= 64 then
		return given
	end
	return ("%08x%08x%08x%08x"):format(
		math.random(0, 0xffffffff), math.random(0, 0xffffffff),
		math.random(0, 0xffffffff), math.random(0, 0xffffffff))
end

local function set_headers()
	r.resp_header["Content-Security-Policy"] = r.req_env["PIXTIER_PAGE_POLICY"]
	r.resp_header["Referrer-Policy"] = "same-origin"
	r.resp_header["X-Content-Type-Options"] = "nosniff"
	r.resp_header["X-Request-Id"] = request_id(r.req_header["X-Request-Id"])
end

local method = r.req_attr["request.method"]
if method ~= "GET" and method ~= "HEAD" then
	return 501
end
path = path:sub(#base + 1)
if path == "/admin" then
	set_headers()
	r.resp_header["Location"] = base .. "/admin/"
	return 301
end
local file = r.req_attr["physical.doc-root"]:gsub("/$", "") ..
	(pages[path] or path:sub(#"/www" + 1))
local found = io.open(file)
if not found then
	return 404
end
found:close()
r.req_attr["physical.path"] = file
-- Files are small: a malformed Range would get 416.
r.req_header["Range"] = ""
r.resp_header["Content-Type"] = types[file:match("%.(%l+)$")]
r.resp_header["Cache-Control"] = "no-cache"
set_headers()
return 0
