-- Writes entries to the journal of a turn.
-- ARGV: thread, token, how many of them an earlier attempt has written the same, how many entries there
-- are before them (empty: any number), then the entries (each unlike any other: it begins with a nonce)
-- Returns 1, 0 if the turn is lost, or -1 if there are not so many: a replica that lacks some has taken
-- over, and nothing is written. Doing it twice is as doing it once.

local thread, token, again, before = unpack(ARGV)
local journal = of('journal', thread)

if not holds(thread, token) then return 0 end
if redis.call('LPOS', journal, ARGV[#ARGV]) then return 1 end  -- they were all written, or none
if before ~= '' and redis.call('LLEN', journal) ~= tonumber(before) then return -1 end
for index = 5, #ARGV do
  redis.call('RPUSH', journal, ARGV[index])
end
if again ~= '0' then redis.call('HINCRBY', of('turn', thread), 'repeats', again) end
return 1
