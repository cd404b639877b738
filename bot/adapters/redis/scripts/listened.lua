-- Ends the work on a gap.
-- ARGV: who did it, and the end of the gap (ms) if it is done; empty: the process stops listening
-- Returns 1. Doing it twice is as doing it once.

local record, who, done = KEYS[1], ARGV[1], ARGV[2]

if redis.call('HGET', record, 'owner') == who then
  redis.call('HDEL', record, 'owner', 'due')
  if done ~= '' then forget_searched(record) end
  if done ~= '' and redis.call('HGET', record, 'until') == done then
    redis.call('HDEL', record, 'since', 'until')
  elseif done ~= '' then  -- it has grown meanwhile
    redis.call('HSET', record, 'since', done)
  end
end
if done == '' and redis.call('HGET', record, 'by') == who then redis.call('HSET', record, 'by', '') end
return 1
