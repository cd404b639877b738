-- Replaces the links of a thread.
-- ARGV: thread, token of the turn that does so ('': none does), seconds to remember them, then
-- field and value by turns (perhaps none)
-- Returns 1, or 0 if the turn is lost.

local thread, token, remember = unpack(ARGV)
local links = of('links', thread)

if token ~= '' and not holds(thread, token) then return 0 end
redis.call('DEL', links)
if ARGV[4] then
  redis.call('HSET', links, unpack(ARGV, 4))
  redis.call('EXPIRE', links, remember)
end
return 1
