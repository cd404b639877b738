-- Notes that a process listens, and finds out whether nobody did before it.
-- ARGV: who listens, for how long without a break (ms; 0: it has just begun, again), how long without
-- a sign of life (ms) is no gap while it goes on listening, how long where it begins, lease (ms),
-- seconds to keep the record
-- Returns {since, until} (ms) of a gap that this process is to look into; else nothing.
-- Where a process begins just after the last sign of life, another may still listen, or have died
-- just now: that is in doubt until one shows that listened all the time, or none does for a while.
-- What was put just before another server took over may be lost, or still be put on the former one: it
-- is looked for, too, once that must be over.

local SETTLED = 10000  -- ms after which nobody writes to a former primary any more
local record = KEYS[1]
local who, listened, pause, break_, lease, keep = unpack(ARGV)
listened, pause, break_ = tonumber(listened), tonumber(pause), tonumber(break_)
local time = now()
local known = redis.call(
  'HMGET', record, 'heard', 'by', 'since', 'until', 'owner', 'due', 'server', 'doubt', 'doubt_until')
local heard, by, since, till, owner, due, server, doubt, doubt_till = unpack(known, 1, 9)
local id = server_id()
local is_another = id and server and id ~= server

local function missed(from, to)
  since = math.min(tonumber(since or from), tonumber(from))
  till = math.max(tonumber(till or to), tonumber(to))
  redis.call('HSET', record, 'since', since, 'until', till)
end

if heard then
  local tolerated = pause
  if listened == 0 then
    tolerated = by == '' and 0 or break_  -- who listened last has said goodbye
  end
  if time - tonumber(heard) > tolerated or is_another then
    missed(heard, time)
  elseif listened == 0 then
    doubt, doubt_till = doubt or heard, time
    redis.call('HSET', record, 'doubt', doubt, 'doubt_until', time)
  end
  if is_another then
    owner, due = '', time + SETTLED
    redis.call('HSET', record, 'owner', owner, 'due', due)
    forget_searched(record)
  end
end
if doubt then
  local is_over = time - listened <= tonumber(doubt)  -- this process listened all the time
  if not is_over and time - tonumber(doubt) > break_ then
    missed(doubt, doubt_till)
    is_over = true
  end
  if is_over then redis.call('HDEL', record, 'doubt', 'doubt_until') end
end
redis.call('HSET', record, 'heard', time, 'by', who)
if id then redis.call('HSET', record, 'server', id) end
redis.call('EXPIRE', record, keep)

if not since or (owner and owner ~= who and tonumber(due) > time) then return {} end
redis.call('HSET', record, 'owner', who, 'due', time + lease)
return {tonumber(since), tonumber(till)}
