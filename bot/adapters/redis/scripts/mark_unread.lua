-- Notes a message that passed the router by: the earliest such message, and the latest, count.
-- ARGV: thread, ts, seconds to remember it

local thread, ts, remember = unpack(ARGV)
local first, last = of('heard', thread), of('heard-last', thread)

local known = redis.call('GET', first)
local latest = known and redis.call('GET', last)
if not known or tonumber(ts) < tonumber(known) then
  redis.call('SET', first, ts, 'EX', remember)
end
if not latest or tonumber(ts) > tonumber(latest) then
  redis.call('SET', last, ts, 'EX', remember)
end
