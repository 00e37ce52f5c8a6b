-- Answers 429 to an address that has too many requests in progress, those whose
-- body still comes too. lighttpd cannot demand a rate of a body: a client that
-- sends a byte now and then keeps its connection, so this bounds how many it can
-- keep. It leaves room for a network behind one address: a request takes moments.
local limit = 100

local lighty = lighty

-- An IPv6 address stands for its /64, of which one host has all.
local function network_of(address)
	return address:match("^%x+:%x+:%x+:%x+:") or
		address:match("^([%x:]-:):") or address
end

-- lighttpd before 1.4.68 has the module mod_evasive for this instead.
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
