-- Gives a turn back, to be claimed again later. Nobody holds it meanwhile; its journal stays.
-- ARGV: thread, token, seconds to remember the end, delay (ms), whether it counts as a failed try
-- Returns 1, or 0 if the turn is lost. Doing it twice is as doing it once.

local thread, token, remember, delay, failed = unpack(ARGV)

if not holds(thread, token) then return ended(token) end
end_claim(thread, token, remember)
redis.call('HDEL', of('turn', thread), 'token')
redis.call('HINCRBY', of('turn', thread), 'postponed', failed)
redis.call('ZADD', P .. 'delayed', now() + delay, thread)
wake()
return 1
