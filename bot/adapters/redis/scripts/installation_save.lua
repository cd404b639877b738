-- Stores an installation in place of any of the same key.
-- KEYS: the prefix of the app's installations. ARGV: key, 1 if tokens are encrypted, then names and
-- values of fields
-- Returns its generation; 0, changing nothing, if there is another and tokens are not encrypted

local key, others = ARGV[1], redis.call('ZCARD', P .. 'keys')
if redis.call('ZSCORE', P .. 'keys', key) then others = others - 1 end
if others > 0 and ARGV[2] ~= '1' then return 0 end
local generation = redis.call('INCR', P .. 'generation')
redis.call('ZADD', P .. 'keys', 0, key)
redis.call('HSET', of('at', key), 'generation', generation, unpack(ARGV, 3))
return generation
