-- Leases the chore that has been due for longest.
-- ARGV: lease (ms)
-- Returns the chore and how often it failed, or nothing if none is due. Run twice, it leases two.

local first = redis.call('ZRANGE', P .. 'due', 0, 0, 'WITHSCORES')
if not first[1] or tonumber(first[2]) > now() then return {} end
redis.call('ZADD', P .. 'due', 'XX', now() + ARGV[1], first[1])
return {first[1], tonumber(redis.call('HGET', P .. 'failures', first[1]) or 0)}
