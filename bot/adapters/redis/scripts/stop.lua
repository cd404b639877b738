-- Marks the thread's turn to be stopped, and takes back what people said and nobody has begun; not
-- what was said after the wish, whichever arrives first.
-- ARGV: thread, ts of the wish, seconds to remember it, who wishes it
-- Returns {whether a turn is to be stopped, the first message taken back, as put}; nothing if this
-- wish was fulfilled before.

local thread, ts, seen_for, who = unpack(ARGV)
local inbox = of('inbox', thread)

if seen(thread, ts) then return {} end

local function concerns(message)
  return tonumber(message.ts) < tonumber(ts)
end

local kept, dropped = {}, nil
for _, entry in ipairs(redis.call('LRANGE', inbox, 0, -1)) do
  if string.sub(entry, 1, 1) == '+' and concerns(cjson.decode(string.sub(entry, 2))) then
    dropped = dropped or string.sub(entry, 2)
  else
    kept[#kept + 1] = entry
  end
end
local messages = redis.call('HGET', of('turn', thread), 'messages')
local running = messages and concerns(cjson.decode(messages)[1])
if dropped then
  redis.call('DEL', inbox)
  for _, entry in ipairs(kept) do redis.call('RPUSH', inbox, entry) end
  forget_if_empty(thread)
end
if running then
  note_seen(thread, ts, who, seen_for)
  redis.call('HSET', P .. 'stops', thread, who)
  if redis.call('ZSCORE', P .. 'delayed', thread) then  -- for a worker to say so
    redis.call('ZADD', P .. 'delayed', now(), thread)
    wake()
  end
end
return {running and 1 or 0, dropped or ''}
