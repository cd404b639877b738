-- Puts a dead letter back, in front of what waits in its thread.
-- ARGV: turn, entry that tells its journal so, whether to put it back if it is poisoned (1 or 0),
-- who had it put back ('': whoever runs the bot)
-- Returns 1, or 0 if there is no such letter; -1 if it is poisoned.

local turn, entry, poisoned, by = unpack(ARGV)
local letter = of('dead', turn)
local thread = redis.call('HGET', letter, 'thread')

if poisoned == '0' and redis.call('HEXISTS', letter, 'poisoned') == 1 then return -1 end
if redis.call('ZREM', P .. 'dead', turn) == 0 or not thread then return 0 end
redis.call('PERSIST', letter)
note_press(letter, by)
redis.call('RPUSH', of('dead-journal', turn), entry)
redis.call('PERSIST', of('dead-journal', turn))
redis.call('LPUSH', of('inbox', thread), '@' .. turn)
ready_if_idle(thread)
return 1
