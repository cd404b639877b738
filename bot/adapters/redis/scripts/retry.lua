-- Puts a dead letter back, in front of what waits in its thread.
-- ARGV: turn, entry that tells its journal so
-- Returns 1, or 0 if there is no such letter.

local turn, entry = unpack(ARGV)
local letter = of('dead', turn)
local thread = redis.call('HGET', letter, 'thread')

if redis.call('ZREM', P .. 'dead', turn) == 0 or not thread then return 0 end
redis.call('PERSIST', letter)
redis.call('RPUSH', of('dead-journal', turn), entry)
redis.call('PERSIST', of('dead-journal', turn))
redis.call('LPUSH', of('inbox', thread), '@' .. turn)
ready_if_waiting(thread)
return 1
