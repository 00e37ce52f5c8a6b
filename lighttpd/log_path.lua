-- Sets PIXTIER_LOG_PATH, the path in the access log. It has no query and no
-- secret part, such as the token of a link. Paths that match no pattern are
-- logged as "-".

local r = lighty.r
local path = (r.req_attr["request.orig-uri"] or ""):match("^[^?#]*")
-- The path of base_url, of which server.name is the host and the path.
local base = (r.req_attr["request.server-name"] or ""):match("/.*") or ""

local secret = {
	{ "^/+l/", "/l/-" },
	{ "^/+api/image/expiring/+.", "/api/image/expiring/-" },
	{ "^/+images/link/", "/images/link/-" },
	{ "^/+api/v1/+thumbnail_generator/+.", "/api/v1/thumbnail_generator/-" },
	{ "^/+api/v1/+status/", "/api/v1/status/-" },
	{ "^/+api/v1/+images/result/", "/api/v1/images/result/-" },
}

local function shown()
	local public = path:match("^/p/[%x-]+/[%w_.@-]+/")

	if public and #public <= 104 then
		return public .. "-"
	end
	for _, row in ipairs(secret) do
		if path:match(row[1]) then
			return row[2]
		end
	end
	if path:match("^/[a-z_/.-]*$") and #path <= 60 then
		return path
	end
	if not path:match("^/v1/[%w_/.@-]*$") and
	   not path:match("^/api/v1/[a-z_/]*$") and
	   not path:match("^/images/generate%-link/[%x-]*/?$") then
		return "-"
	end
	for part in path:gmatch("[^/]+") do
		if #part > 40 then
			return "-"
		end
	end
	return path
end

-- Removes the path of base_url. A path that is written in another way does not
-- match, so it is logged as "-".
local function below_base()
	if base ~= "" then
		path = path:gsub("^/+", "/")
		path = path:sub(1, #base) == base and path:sub(#base + 1) or ""
	end
	local log_path = shown()
	return log_path == "-" and "-" or base .. log_path
end

r.req_env["PIXTIER_LOG_PATH"] = below_base()
return 0
