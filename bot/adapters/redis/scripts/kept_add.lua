-- Adds items to a conversation that we keep ourselves: all or none, and never twice.
-- KEYS: its prefix. ARGV: seconds to remember it, how many items it has to hold, a token of this
-- addition, then the items
-- Returns 1; 0 if it does not hold as many; -1 if there is no such conversation.

local head, items = P .. 'head', P .. 'items'

if redis.call('EXISTS', head) == 0 then return -1 end
if redis.call('HGET', head, 'token') == ARGV[3] then return 1 end
if redis.call('LLEN', items) ~= tonumber(ARGV[2]) then return 0 end
for place = 4, #ARGV do
  redis.call('RPUSH', items, ARGV[place])
end
redis.call('HSET', head, 'token', ARGV[3])
redis.call('EXPIRE', head, ARGV[1])
redis.call('EXPIRE', items, ARGV[1])
return 1
