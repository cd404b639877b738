-- Writes an entry to the journal of a turn.
-- ARGV: thread, token, entry (unlike any other: it begins with a nonce),
--   1 if an earlier attempt has written the same
-- Returns 1, or 0 if the turn is lost. Doing it twice is as doing it once.

local thread, token, entry, again = unpack(ARGV)
local journal = of('journal', thread)

if not holds(thread, token) then return 0 end
if not redis.call('LPOS', journal, entry) then
  redis.call('RPUSH', journal, entry)
  if again == '1' then redis.call('HINCRBY', of('turn', thread), 'repeats', 1) end
end
return 1
