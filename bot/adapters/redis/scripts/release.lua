-- Give a turn back, to be claimed again after a while. KEYS: prefix   ARGV: thread, token, ms
-- The token is spent. Returns 1, or 0 if it is not the newest.
local p, thread = KEYS[1], ARGV[1]
if redis.call('HGET', p .. 'turn:' .. thread, 'token') ~= ARGV[2] then return 0 end
redis.call('HSET', p .. 'turn:' .. thread, 'token', 0)
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZADD', p .. 'leases', now + ARGV[3], thread)
redis.call('LPUSH', p .. 'wake', 1)
redis.call('LTRIM', p .. 'wake', 0, 99)
redis.call('EXPIRE', p .. 'wake', 60)
return 1
