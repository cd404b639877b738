-- Gives up a lock, unless it has expired and is somebody else's.
-- KEYS: the lock. ARGV: the token of who had it
-- Returns 1 if it was given up

if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])
