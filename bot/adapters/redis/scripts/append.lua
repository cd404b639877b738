-- Writes entries to the journal of a turn.
-- ARGV: thread, token, how many of them an earlier attempt has written the same, then the entries
-- (each unlike any other: it begins with a nonce)
-- Returns 1, or 0 if the turn is lost. Doing it twice is as doing it once.

local thread, token, again = unpack(ARGV)
local journal = of('journal', thread)

if not holds(thread, token) then return 0 end
if redis.call('LPOS', journal, ARGV[#ARGV]) then return 1 end  -- they were all written, or none
for index = 4, #ARGV do
  redis.call('RPUSH', journal, ARGV[index])
end
if again ~= '0' then redis.call('HINCRBY', of('turn', thread), 'repeats', again) end
return 1
