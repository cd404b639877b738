-- Keeps what is to be remembered of a turn that is about to be done, and counts what it took.
-- ARGV: thread, token, the turn's channel and day, its ts, report, seconds to keep it, where it is
-- counted, seconds to keep the counts, then the kind of a key, a field and how much is added to it
-- Returns 1, or 0 if the turn is lost. Doing it twice is as doing it once.

local thread, token, day, ts, report, keep, month, keep_counts = unpack(ARGV, 1, 8)

if not holds(thread, token) then return 0 end
local kept = of('reports', day)
if redis.call('HEXISTS', kept, ts) == 0 then
  local last
  for n = 9, #ARGV, 3 do
    local counts = of(ARGV[n], month)
    redis.call('HINCRBY', counts, ARGV[n + 1], ARGV[n + 2])
    if counts ~= last then redis.call('EXPIRE', counts, keep_counts) end
    last = counts
  end
end
redis.call('HSET', kept, ts, report)
redis.call('EXPIRE', kept, keep)
return 1
