-- Changes when a chore is done.
-- ARGV: chore, when from now (ms), how: ``new`` adds it if it is not there, ``renew`` changes one
-- that is, ``failed`` too and counts, ``again`` too and forgets the count
-- Returns 1 if it was added.

local chore, after, how = ARGV[1], now() + ARGV[2], ARGV[3]
if how == 'new' then return redis.call('ZADD', P .. 'due', 'NX', after, chore) end
redis.call('ZADD', P .. 'due', 'XX', after, chore)
if how == 'failed' and redis.call('ZSCORE', P .. 'due', chore) then
  redis.call('HINCRBY', P .. 'failures', chore, 1)
elseif how == 'again' then
  redis.call('HDEL', P .. 'failures', chore)
end
return 0
