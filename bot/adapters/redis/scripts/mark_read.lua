-- Forgets what passed the router by and has been read since; whatever is not in that span stays.
-- ARGV: thread, the first ts that was read, the first that was not, seconds to remember the rest

local thread, since, till, remember = unpack(ARGV)
local first, last = of('heard', thread), of('heard-last', thread)

local known = tonumber(redis.call('GET', first) or till)
if known < tonumber(since) or known >= tonumber(till) then return end
local latest = redis.call('GET', last)  -- former versions do not note it
if latest and tonumber(latest) >= tonumber(till) then
  redis.call('SET', first, till, 'EX', remember)
else
  redis.call('DEL', first, last)
end
