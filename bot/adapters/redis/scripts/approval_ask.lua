-- Lets people decide from now on, and the clock after a while; at once if the question was deleted.
-- ARGV: thread, token, approval, what is wanted (now with the message that asks), the while (ms)
-- Returns 1, or 0 if the turn is lost. Doing it twice is as doing it once.

local thread, token, approval, wanted, within = unpack(ARGV)
local approvals = of('approvals', thread)

if not holds(thread, token) then return 0 end
if redis.call('HEXISTS', approvals, approval) == 1 then
  redis.call('HSET', approvals, approval, wanted)
  if seen(thread, cjson.decode(wanted).about) == 'deleted' then within = 0 end
  if redis.call('HEXISTS', approvals, approval .. '!') == 0 then
    redis.call('ZADD', P .. 'undecided', 'NX', now() + within, thread .. ' ' .. approval)
  end
end
return 1
