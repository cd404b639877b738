-- Forgets a dead letter.
-- ARGV: turn
-- Returns 1, or 0 if there is no such letter.

local turn = ARGV[1]

if redis.call('ZREM', P .. 'dead', turn) == 0 then return 0 end
redis.call('DEL', of('dead', turn), of('dead-journal', turn))
return 1
