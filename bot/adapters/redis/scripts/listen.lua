-- Notes that a process listens, and finds out whether nobody did before it.
-- ARGV: who listens, 1 if it has just begun (again), how long without a sign of life (ms) is no gap
-- while it goes on listening, how long where it begins, lease (ms), seconds to keep the record
-- Returns {since, until} (ms) of a gap that this process is to look into; else nothing.
-- What was put just before another server took over may be lost, or still be put on the former one: it
-- is looked for, too, once that must be over.

local SETTLED = 10000  -- ms after which nobody writes to a former primary any more
local record = KEYS[1]
local who, begins, pause, break_, lease, keep = unpack(ARGV)
local time = now()
local known = redis.call('HMGET', record, 'heard', 'by', 'since', 'until', 'owner', 'due', 'server')
local heard, by, since, till, owner, due, server = unpack(known, 1, 7)
local id = server_id()
local is_another = id and server and id ~= server

if heard then
  local tolerated = tonumber(pause)
  if begins == '1' then
    tolerated = by == '' and 0 or tonumber(break_)  -- who listened last has said goodbye
  end
  if time - tonumber(heard) > tolerated or is_another then
    since, till = since or heard, time
    redis.call('HSET', record, 'since', since, 'until', till)
  end
  if is_another then
    owner, due = '', time + SETTLED
    redis.call('HSET', record, 'owner', owner, 'due', due)
  end
end
redis.call('HSET', record, 'heard', time, 'by', who)
if id then redis.call('HSET', record, 'server', id) end
redis.call('EXPIRE', record, keep)

if not since or (owner and owner ~= who and tonumber(due) > time) then return {} end
redis.call('HSET', record, 'owner', who, 'due', time + lease)
return {tonumber(since), tonumber(till)}
