-- Notes which conversation is a copy of a former one of the thread.
-- ARGV: thread, token of the claim that does so, former conversation, copy, seconds to remember it
-- Returns 1, or 0 if the claim is lost.

local thread, token, former, copy, remember = unpack(ARGV)
local moved = of('moved', thread)

if not holds(thread, token) then return 0 end
redis.call('HSET', moved, former, copy)
redis.call('EXPIRE', moved, remember)
return 1
