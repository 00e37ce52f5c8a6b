-- Answers a request for a picture of a public image with its file, if the
-- application has made it already. Requests with a range or a condition are the
-- application's: lighttpd answers some of them in another form.

local r = lighty.r
local conditions = { "Range", "If-Match", "If-Unmodified-Since", "If-Range" }

local function has_condition()
	for _, name in ipairs(conditions) do
		if r.req_header[name] then
			return true
		end
	end
	return false
end

local function request_id(given)
	if given and given:match("^[%w_-]+$") and #given >= 8 and #given <= 64 then
		return given
	end
	return ("%08x%08x%08x%08x"):format(
		math.random(0, 0xffffffff), math.random(0, 0xffffffff),
		math.random(0, 0xffffffff), math.random(0, 0xffffffff))
end

local method = r.req_attr["request.method"]
local id, shard, variant, sum, extension = r.req_attr["uri.path"]:match(
	"/p/([%x-]+(%x%x))/([%w_.@-]+)/[^/]*%-(%x+)%.(%l+)$")
local path = id and ("%s/%s/%s/%s.%s.%s"):format(
	r.req_attr["physical.doc-root"], shard, id, variant, sum, extension)
-- lighty.c.stat() would find removed files for some seconds more.
local file = path and (method == "GET" or method == "HEAD") and
	not has_condition() and io.open(path)

-- With a physical path, lighttpd would not select the application again.
if not file then
	r.req_header["X-Pixtier-Public"] = "no"
	r.req_attr["physical.path"] = nil
	return lighty.RESTART_REQUEST
end

file:close()

local types = { jpg = "image/jpeg", png = "image/png", gif = "image/gif",
	webp = "image/webp" }

r.req_attr["physical.path"] = path
r.resp_header["Content-Type"] = types[extension]
r.resp_header["ETag"] = '"' .. sum .. '"'
r.resp_header["Cache-Control"] = "public, max-age=31536000, immutable"
r.resp_header["Content-Disposition"] = "inline"
r.resp_header["X-Content-Type-Options"] = "nosniff"
r.resp_header["Content-Security-Policy"] =
	"default-src 'none'; frame-ancestors 'none'; sandbox"
r.resp_header["Cross-Origin-Resource-Policy"] = "cross-origin"
r.resp_header["Access-Control-Allow-Origin"] = "*"
r.resp_header["Referrer-Policy"] = "same-origin"
r.resp_header["X-Robots-Tag"] = r.req_env["PIXTIER_ROBOTS"]
r.resp_header["X-Request-Id"] = request_id(r.req_header["X-Request-Id"])
return 0
