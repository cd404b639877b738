-- Remembers what an expert wants to do. Nobody can decide on it yet.
-- ARGV: thread, token, approval, what is wanted, seconds to remember it
-- Returns 1, or 0 if the turn is lost. Doing it twice is as doing it once.

local thread, token, approval, wanted, remember = unpack(ARGV)
local approvals = of('approvals', thread)

if not holds(thread, token) then return 0 end
redis.call('HSETNX', approvals, approval, wanted)
redis.call('EXPIRE', approvals, remember)
return 1
