-- Notes that a process listens, and finds out whether nobody did before it.
-- ARGV: who listens, 1 if it has just begun (again), how long without a sign of life (ms) is no gap
-- while it goes on listening, how long where it begins, lease (ms), seconds to keep the record
-- Returns {since, until} (ms) of a gap that this process is to look into; else nothing.

local record = KEYS[1]
local who, begins, pause, break_, lease, keep = unpack(ARGV)
local time = now()
local known = redis.call('HMGET', record, 'heard', 'by', 'since', 'until', 'owner', 'due')
local heard, by, since, till, owner, due = unpack(known)

if heard then
  local tolerated = tonumber(pause)
  if begins == '1' then
    tolerated = by == '' and 0 or tonumber(break_)  -- who listened last has said goodbye
  end
  if time - tonumber(heard) > tolerated then
    since, till = since or heard, time
    redis.call('HSET', record, 'since', since, 'until', till)
  end
end
redis.call('HSET', record, 'heard', time, 'by', who)
redis.call('EXPIRE', record, keep)

if not since or (owner and owner ~= who and tonumber(due) > time) then return {} end
redis.call('HSET', record, 'owner', who, 'due', time + lease)
return {tonumber(since), tonumber(till)}
