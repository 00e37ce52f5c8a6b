-- Chooses which of its lists of pools lighttpd uses for a request; they are all
-- alike. lighttpd does not ask a pool again for one to two seconds after it
-- could not connect, whatever disable-time says: it looks at the time once a
-- second. So that the application is asked again as soon as it is back, the
-- lists take turns of a fraction of a second, and each has been left alone for
-- two seconds when its next turn comes.
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
