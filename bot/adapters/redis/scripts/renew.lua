-- Lengthens a lease, also one that ran out and that nobody else has taken.
-- ARGV: thread, token, lease (ms)
-- Returns 1, or 0 if the turn is lost. Doing it twice is as doing it once.

local thread, token, lease = unpack(ARGV)

if not holds(thread, token) then return 0 end
redis.call('ZADD', P .. 'leases', now() + lease, thread)
return 1
