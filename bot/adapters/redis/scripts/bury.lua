-- Gives a turn up: it and its journal go to the dead letters, and the thread goes on.
-- ARGV: thread, token, seconds to remember the end, turn, reason, seconds to keep the letter, whether
-- too many workers died with it (1 or 0)
-- Returns 1, or 0 if the turn is lost. Doing it twice is as doing it once.

local thread, token, remember, turn, reason, keep, poisoned = unpack(ARGV)
local letter, journal, time = of('dead', turn), of('dead-journal', turn), now()

if not holds(thread, token) then return ended(token) end
end_claim(thread, token, remember)
redis.call('RENAME', of('turn', thread), letter)
redis.call('HDEL', letter, 'token', 'postponed', 'due')
if poisoned == '1' then redis.call('HSET', letter, 'poisoned', 1) end
redis.call('HSET', letter, 'thread', thread, 'reason', reason, 'at', time)
redis.call('EXPIRE', letter, keep)
if redis.call('EXISTS', of('journal', thread)) == 1 then
  redis.call('RENAME', of('journal', thread), journal)
  redis.call('EXPIRE', journal, keep)
end
redis.call('ZREMRANGEBYSCORE', P .. 'dead', '-inf', time - keep * 1000)
redis.call('ZADD', P .. 'dead', time, turn)
make_room(thread)
ready_if_waiting(thread)
return 1
