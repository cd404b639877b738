-- Replaces fields of an installation.
-- KEYS: the prefix of the app's installations. ARGV: key, generation, then names and values of fields
-- Returns 1; 0, changing nothing, if another generation is stored, or none

local installation = of('at', ARGV[1])
if redis.call('HGET', installation, 'generation') ~= ARGV[2] then return 0 end
redis.call('HSET', installation, unpack(ARGV, 3))
return 1
