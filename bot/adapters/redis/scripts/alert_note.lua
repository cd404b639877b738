-- Counts what is to be told, and lets a worker tell it unless one has done so lately.
-- ARGV: its name, the chore of telling it, details, how much to add to its count; when it is told again: if
-- it was quiet for so long, and if it was told so long ago (ms, 0: never); when a worker tells it (ms from now),
-- seconds to remember it
-- Returns 1 if it will be told.

local name, chore, details, more, when_quiet, when_old, after, keep = unpack(ARGV)
local alert, time = of('alert', name), now()
local raised, told = unpack(redis.call('HMGET', alert, 'raised', 'told'))

local function is_over(limit, since)
  return tonumber(limit) > 0 and time - since >= tonumber(limit)
end

if told and (not raised or is_over(when_quiet, raised) or is_over(when_old, told)) then
  redis.call('DEL', alert)
  told = false
end
redis.call('HSETNX', alert, 'since', time)
redis.call('HSET', alert, 'raised', time, 'details', details)
redis.call('HINCRBY', alert, 'count', more)
redis.call('EXPIRE', alert, keep)
if told then return 0 end
return redis.call('ZADD', P .. 'due', 'NX', time + after, chore)
