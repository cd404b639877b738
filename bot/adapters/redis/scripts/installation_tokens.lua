-- Replaces fields of an installation.
-- KEYS: the prefix of the app's installations. ARGV: key, generation and renewals as they were read,
-- 1 if these are new tokens, then names and values of fields
-- Returns 1; 0, changing nothing, if another generation or other tokens are stored, or none

local installation = of('at', ARGV[1])
local generation, renewals = unpack(redis.call('HMGET', installation, 'generation', 'renewals'))
if generation ~= ARGV[2] or (renewals or '0') ~= ARGV[3] then return 0 end
redis.call('HINCRBY', installation, 'renewals', ARGV[4])
redis.call('HSET', installation, unpack(ARGV, 5))
note_expiry(ARGV[1])
return 1
