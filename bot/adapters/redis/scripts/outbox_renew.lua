-- Lengthens a sender's lease of a last state.
-- ARGV: thread, what it is about, token, lease (ms)
-- Returns 1, or 0 if another sender has it. Doing it twice is as doing it once.

local thread, about, token, lease = unpack(ARGV)
local known = redis.call('HGET', of('outbox', thread), about)

if not known or cjson.decode(known).sender ~= token then return 0 end
redis.call('ZADD', P .. 'outbox', now() + lease, thread .. ' ' .. about)
return 1
