-- Reads the journal of a turn.
-- ARGV: thread, token
-- Returns its entries, or nil if the turn is lost: then the journal is that of another turn.

local thread, token = unpack(ARGV)

if not holds(thread, token) then return false end
return redis.call('LRANGE', of('journal', thread), 0, -1)
