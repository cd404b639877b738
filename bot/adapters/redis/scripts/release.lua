-- Gives a turn back, to be claimed again later. Nobody holds it meanwhile; its journal stays.
-- ARGV: thread, token, seconds to remember the end, delay (ms), whether it counts as a failed try,
-- whether the model's side has failed it (1 or 0 each)
-- Returns 1, or 0 if the turn is lost. Doing it twice is as doing it once.

local thread, token, remember, delay, failed, outage = unpack(ARGV)
local turn, time = of('turn', thread), now()

if not holds(thread, token) then return ended(token) end
end_claim(thread, token, remember)
redis.call('HDEL', turn, 'token')
redis.call('HINCRBY', turn, 'postponed', failed)
local at, due = time + delay, tonumber(redis.call('HGET', turn, 'due') or 0)
if failed == '1' and due > time then  -- see hurry
  at = due
elseif failed == '1' then
  redis.call('HDEL', turn, 'due')
end
redis.call('ZADD', P .. 'delayed', at, thread)
if outage == '1' then redis.call('SADD', P .. 'outage', thread) end
wake()
return 1
