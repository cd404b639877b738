-- Move the end of a lease. KEYS: prefix   ARGV: thread, token, ms from now
-- Returns 1, or 0 if the token is not the newest.
local p, thread = KEYS[1], ARGV[1]
if redis.call('HGET', p .. 'turn:' .. thread, 'token') ~= ARGV[2] then return 0 end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZADD', p .. 'leases', now + ARGV[3], thread)
return 1
