-- Adds a message to its thread's inbox, once.
-- ARGV: thread, ts, entry, nonce, seconds to remember the ts
-- Returns 1 if it was added by this call (or by an earlier try of it: the nonce tells), else 0.

local thread, ts, entry, nonce, remember = unpack(ARGV)
local seen = of('seen', thread .. ':' .. ts)

if not redis.call('SET', seen, nonce, 'NX', 'EX', remember) then
  return redis.call('GET', seen) == nonce and 1 or 0
end
redis.call('RPUSH', of('inbox', thread), entry)
ready_if_waiting(thread)
return 1
