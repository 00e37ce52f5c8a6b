-- Selects one of the lists of pools, which are all alike. If lighttpd cannot
-- connect to a pool, it does not use this pool for one to two seconds, even with
-- disable-time 0, because it reads the clock once a second. To use the application
-- again as soon as it is back, the lists take turns of 0.4 s: before its next turn
-- each list has rested for two seconds.
local lists, turn = 6, 0.4

local item = lighty.r and lighty.r.req_item

-- lighttpd before 1.4.65 uses the first list alone.
if not item then
	return 0
end
local seconds, nanoseconds = item.start_time()
local now = seconds + nanoseconds / 1e9
lighty.r.req_header["X-Pixtier-Pools"] =
	("%d"):format(math.floor(now / turn) % lists)
return 0
