-- Stores an installation in place of any of the same key.
-- KEYS: the prefix of the app's installations. ARGV: key, 1 if tokens are encrypted, the bot's user,
-- then names and values of fields
-- Returns its generation; 0, changing nothing, if there is another and tokens are not encrypted

local key, others = ARGV[1], redis.call('ZCARD', P .. 'keys')
if redis.call('ZSCORE', P .. 'keys', key) then others = others - 1 end
if others > 0 and ARGV[2] ~= '1' then return 0 end
local former = redis.call('HGET', of('at', key), 'bot')
if former then redis.call('SREM', of('bot', former), key) end
redis.call('SADD', of('bot', ARGV[3]), key)
local generation = redis.call('INCR', P .. 'generation')
redis.call('ZADD', P .. 'keys', 0, key)
redis.call('HSET', of('at', key), 'generation', generation, 'renewals', 0, 'bot', unpack(ARGV, 3))
note_expiry(key)
return generation
