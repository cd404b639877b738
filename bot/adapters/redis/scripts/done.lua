-- Forget a turn and its journal, or put it aside; let the thread's next messages come.
-- KEYS: prefix   ARGV: thread, token, reason for putting it aside ('' = done), its id
-- Returns 1, or 0 if the token is not the newest.
local p, thread = KEYS[1], ARGV[1]
local turn, journal = p .. 'turn:' .. thread, p .. 'journal:' .. thread
if redis.call('HGET', turn, 'token') ~= ARGV[2] then return 0 end
local channel = redis.call('HGET', turn, 'channel')
if ARGV[3] ~= '' then
  local time = redis.call('TIME')
  redis.call('HSET', p .. 'dead:' .. ARGV[4], 'thread', thread, 'reason', ARGV[3],
    'messages', redis.call('HGET', turn, 'messages'),
    'attempt', redis.call('HGET', turn, 'attempt'),
    'journal', cjson.encode(redis.call('LRANGE', journal, 0, -1)))
  redis.call('ZADD', p .. 'dead', time[1], ARGV[4])
end
redis.call('DEL', turn, journal)
redis.call('ZREM', p .. 'leases', thread)
if redis.call('LLEN', p .. 'inbox:' .. thread) > 0 then
  if redis.call('RPUSH', p .. 'ready:' .. channel, thread) == 1 then
    redis.call('RPUSH', p .. 'channels', channel)
  end
  redis.call('LPUSH', p .. 'wake', 1)
  redis.call('LTRIM', p .. 'wake', 0, 99)
  redis.call('EXPIRE', p .. 'wake', 60)
end
return 1
