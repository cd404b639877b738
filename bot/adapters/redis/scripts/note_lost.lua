-- Notes that a worker lives though it lost the turn: it does not count as one that died with it.
-- ARGV: thread, token
-- Doing it twice is as doing it once.

local thread, token = unpack(ARGV)
local turn = of('turn', thread)

if holds(thread, token) then  -- until the lease expires
  redis.call('HSET', turn, 'alive', token)
elseif redis.call('HDEL', turn, 'dead:' .. token) == 1 and forgive(turn) then
  redis.call('HINCRBY', turn, 'deaths', -1)
end
return 1
