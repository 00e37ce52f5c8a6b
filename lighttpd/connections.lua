-- Answers 429 if an address has too many requests in progress, including those
-- whose body is still arriving. lighttpd cannot enforce a minimum rate for bodies:
-- a client that sends a byte now and then keeps its connection. This limits the
-- number of such connections, and is high enough for a network behind one address.
local limit = 100

local lighty = lighty

-- IPv6 addresses count by their /64 network, because one host may use all
-- addresses of it.
local function network_of(address)
	return address:match("^%x+:%x+:%x+:%x+:") or
		address:match("^([%x:]-:):") or address
end

-- lighttpd before 1.4.68 cannot list requests; use its module mod_evasive there.
if not lighty.server or not lighty.server.irequests then
	return 0
end
local own, count = network_of(lighty.r.req_attr["request.remote-addr"]), 0
for other in lighty.server.irequests() do
	local address = other.req_attr["request.remote-addr"]
	local stage = other.req_attr["request.stage"]
	if address and network_of(address) == own and
	   stage ~= "keep-alive" and stage ~= "close" then
		count = count + 1
	end
end
return count > limit and 429 or 0
