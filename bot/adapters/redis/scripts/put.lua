-- Take a message in, once, and make its thread claimable.
-- KEYS: prefix   ARGV: thread, channel, ts, message, alone (0/1), seconds to remember it
-- Returns 1, or 0 if the message was taken before.
local p, thread, channel = KEYS[1], ARGV[1], ARGV[2]
if not redis.call('SET', p .. 'seen:' .. thread .. ':' .. ARGV[3], 1, 'NX', 'EX', ARGV[6]) then
  return 0
end
redis.call('RPUSH', p .. 'inbox:' .. thread, ARGV[5] .. ARGV[4])
local running = redis.call('EXISTS', p .. 'turn:' .. thread) == 1
if not running and redis.call('LLEN', p .. 'inbox:' .. thread) == 1 then
  if redis.call('RPUSH', p .. 'ready:' .. channel, thread) == 1 then
    redis.call('RPUSH', p .. 'channels', channel)
  end
  redis.call('LPUSH', p .. 'wake', 1)
  redis.call('LTRIM', p .. 'wake', 0, 99)
  redis.call('EXPIRE', p .. 'wake', 60)
end
return 1
