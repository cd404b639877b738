-- Sets fields of the head of a conversation that we keep ourselves.
-- KEYS: its prefix. ARGV: seconds to remember it, then field and value by turns
-- Returns 1; 0 if there is no such conversation.

local head = P .. 'head'

if redis.call('EXISTS', head) == 0 then return 0 end
redis.call('HSET', head, unpack(ARGV, 2))
redis.call('EXPIRE', head, ARGV[1])
redis.call('EXPIRE', P .. 'items', ARGV[1])
return 1
