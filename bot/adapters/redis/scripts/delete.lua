-- Notes that a message was deleted: if it waits, it is taken back; if it comes later, it is not put;
-- a turn about it that waits for another try is claimed at once, for a worker to end it; and what
-- people are to approve because of it expires.
-- ARGV: thread, ts, seconds to remember it if it was put, seconds if it was not
-- Returns 1, or 0 if it did not wait. Doing it twice is as doing it once.

local thread, ts, seen_for, briefly = unpack(ARGV)

local function is_about_it(message)
  return message.ts == ts or (message.steer and message.steer.since == ts)
      or (message.verdict and message.verdict.about == ts)
end

local lifetime = seen(thread, ts) and seen_for or briefly
forget_seen(thread, ts)
note_seen(thread, ts, 'deleted', lifetime)
if redis.call('ZSCORE', P .. 'delayed', thread) then
  for _, message in ipairs(cjson.decode(redis.call('HGET', of('turn', thread), 'messages') or '[]')) do
    if is_about_it(message) then
      redis.call('ZADD', P .. 'delayed', now(), thread)
      wake()
    end
  end
end
local approvals = redis.call('HGETALL', of('approvals', thread))
for index = 1, #approvals, 2 do
  if cjson.decode(approvals[index + 1]).about == ts then
    redis.call('ZADD', P .. 'undecided', 'XX', now(), thread .. ' ' .. approvals[index])
  end
end
return take_back(thread, ts)
